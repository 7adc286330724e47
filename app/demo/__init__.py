"""Made-up days of files with known faults, to try the program and to test it."""
