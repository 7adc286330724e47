"""The money really came: each batch against the bank, confirmed by one and checked by another."""
