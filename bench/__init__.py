"""What the program is measured against, and its own measurements."""
