"""How kinds of organisations share the machine that runs their jobs."""
