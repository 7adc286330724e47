"""Who may use the program, and for what."""
