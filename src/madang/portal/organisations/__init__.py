"""Organisations that apply: their particulars, members, invitations and the findings about them."""
