"""What is left: each entry or pair that does not settle, why, and since when."""
