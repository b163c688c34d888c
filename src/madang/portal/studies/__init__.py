"""What a committee asks of a plan, worked out in the background by child processes."""
