"""The log of every change, chained so that tampering shows."""
