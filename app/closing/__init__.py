"""The day as a whole: its files, its board, its end."""
