"""The database: engine, column types, and the one door to data."""
