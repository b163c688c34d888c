"""The start-up camp as a house: its rooms and seats on a plan, calls for tenants with their bids, and notices."""
