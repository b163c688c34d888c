"""The submitted versions of an application, and what changed from one to the next."""
