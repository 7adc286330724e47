"""What states, kinds and tasks are called: one table for window, command line and paper."""
