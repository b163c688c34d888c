"""Who funds which part of the computing, by pool and month."""
