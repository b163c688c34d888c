"""The `madang` command: the API from a shell, the libraries offline, and the centre's own local commands."""
