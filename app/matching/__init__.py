"""Who belongs together: the four reconciliation tasks."""
