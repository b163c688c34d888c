"""Getting in: signing up, logging in and out, passwords, API tokens."""
