"""Files that come in: found by content, read in a limited child, handed on as canonical rows."""
