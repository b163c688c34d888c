"""A Slurm cluster behind the portal: whose Unix user is whose, what awards should have there, and bringing it there."""
