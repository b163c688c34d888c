"""Who reviews what, who must not, and what the scores come to: as values, without a database."""
