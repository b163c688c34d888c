"""Published rules by which the holder of an award gets more: supplements, and credits where a promise was not kept."""
