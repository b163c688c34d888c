"""Who may open and send what: every page and operation, with things of organisation A, as twelve people."""
