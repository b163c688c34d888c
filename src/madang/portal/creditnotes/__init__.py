"""Credit notes: what is taken off an issued statement again."""
