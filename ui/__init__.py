"""The window: the only part that may import Qt. See README.md."""
