"""The pool of experts: who they are, what they know, where they worked, and what they agreed to for each call."""
