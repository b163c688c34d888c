"""Months of the books: charges that came again otherwise, the check against the backend, closing and reopening."""
