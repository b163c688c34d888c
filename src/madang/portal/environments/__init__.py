"""Environments: the software that jobs run in, prepared by the centre or built by an organisation from a lock file."""
