"""Working days, and which days are closed."""
