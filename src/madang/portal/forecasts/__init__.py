"""What is likely to happen: when jobs start, what a plan would do to queues, what another policy would have done."""
