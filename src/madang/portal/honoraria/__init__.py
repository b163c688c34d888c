"""Reviewers' fees: rates of a call, what is withheld, and what each reviewer gets for a round."""
