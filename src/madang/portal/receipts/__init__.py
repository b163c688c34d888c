"""Money in: the bank's receipts, what they pay, who still owes, and what goes back."""
