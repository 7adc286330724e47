"""Nobody approves his own work: a maker asks, another person decides."""
