"""A call's rules on conflicts of interest: which relation bars a reviewer, which only warns, for how many years."""
