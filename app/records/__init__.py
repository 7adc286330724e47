"""Entries of both sides, as the files brought them."""
