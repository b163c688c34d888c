"""Who reviews what: the expert pool and the sheets that are given out, for programs."""
