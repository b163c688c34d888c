"""Mail that is owed: written with the action that causes it, sent by the worker."""
