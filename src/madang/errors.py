"""The three errors of the house; anything else that is raised is a bug and is shown as one."""


class Refused(Exception):
    """The rules say no.

    `code` is a stable word such as ``"intake_closed"``; `facts` are the plain values (numbers, names, instants) that
    the sentence for that code needs. Sentences live in `madang.portal.refusals`, translated when they are shown.
    Over HTTP: 422 when the input is at fault, 409 when the state is; on a form: an error; in the CLI: exit status 2.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({shown})"


class Stale(Exception):
    """Someone was first: the row is no longer in the state that this change starts from (HTTP 409)."""

    def __init__(self, what: str, **facts: object) -> None:
        super().__init__(what, facts)
        self.what = what
        self.facts = facts

    def __str__(self) -> str:
        return self.what


class Unavailable(Exception):
    """Something outside is down or busy; the worker tries again (HTTP 503 with Retry-After)."""
