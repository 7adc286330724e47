"""The pages, in the order of the navigation."""
