"""Words by which lists of learners are read."""
