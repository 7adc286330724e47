"""Setting up, backing up, restoring and verifying a database."""
