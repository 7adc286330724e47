"""Everything the window does to data, without a window."""
