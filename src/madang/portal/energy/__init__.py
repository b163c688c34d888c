"""What jobs consumed, where the cluster measures it."""
