"""What the body owes those from whom it rents capacity."""
