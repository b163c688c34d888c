"""One sheet that the reviewers of an application agree on with a moderator, after each has scored alone."""
