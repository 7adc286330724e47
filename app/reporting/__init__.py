"""Papers: what the day leaves behind as PDF and sheets, numbered and checkable."""
