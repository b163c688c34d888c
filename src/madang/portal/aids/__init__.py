"""Living aid for learners: its terms, what a month of attendance comes to, and lists that two people fix."""
