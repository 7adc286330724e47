"""Models between frozen rows and Qt's tables."""
