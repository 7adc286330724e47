"""What the payments of a day imply: each bill line's share of fees and promotions."""
