"""What is done about a difference, with its voucher, and the book that vouchers make."""
