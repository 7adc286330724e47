"""Master data: organisations, accounts, channels, the chart of accounts, settings."""
