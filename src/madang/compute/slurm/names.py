"""What Madang calls its own things on a cluster that others use too, and how it knows them again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from madang.errors import Refused

# Slurm lowers the names of accounts, and takes most characters; these pass through every command and file unharmed.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MARK = re.compile(r"[a-z][a-z0-9]{1,11}")
# as useradd allows, which is what a name server of a site hands out too
_USER = re.compile(r"[a-z_][a-z0-9_.-]{0,31}")
_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
NEVER = frozenset({"root", "slurm", "munge", "daemon", "bin", "sys"})


@dataclass(frozen=True)
class Site:
    """One centre on a cluster. Its accounts and QOS begin with `mark` and carry `sign` in their description.

    Both are asked for: a name alone may be somebody else's by chance, a description alone may have been copied. Two
    centres on one cluster have different marks. Refused ``slurm_mark`` unless 2 to 12 letters and digits.
    """

    mark: str

    def __post_init__(self) -> None:
        if not _MARK.fullmatch(self.mark):
            raise Refused("slurm_mark", mark=self.mark)

    @property
    def sign(self) -> str:
        """The description of everything that belongs to the centre."""
        return f"madang:{self.mark}"

    @property
    def top(self) -> str:
        """The account below which all others of the centre hang."""
        return self.mark

    def organisation(self, code: str) -> str:
        """The account of an organisation."""
        return self._made("o", code)

    def pool(self, code: str) -> str:
        """The account of a pool that the awards of one class share."""
        return self._made("p", code)

    def award(self, code: str) -> str:
        """The account of an award, and the reservation of its nodes."""
        return self._made("a", code)

    def qos(self, code: str, kind: str) -> str:
        """The QOS through which an award reaches one kind of resource."""
        return self._made("a", f"{code}-{kind}")

    def claims(self, name: str) -> bool:
        """Whether a name is of the form that the centre gives."""
        return name == self.top or name.startswith(f"{self.mark}-")

    def owns(self, name: str, description: str) -> bool:
        """Whether the thing of that name is the centre's own."""
        return self.claims(name) and description == self.sign

    def _made(self, kind: str, code: str) -> str:
        if not _NAME.fullmatch(code):
            raise Refused("slurm_name", name=code)
        return f"{self.mark}-{kind}-{code}"


def check_node(name: str) -> str:
    """The name of one node as Slurm knows it; Refused ``slurm_node`` for a list, a range or anything else."""
    if not _NODE.fullmatch(name):
        raise Refused("slurm_node", node=name)
    return name


def check_user(name: str) -> str:
    """The name of a Unix user as whom jobs may run; Refused ``slurm_user`` for others and for the system's own."""
    if not _USER.fullmatch(name) or name in NEVER:
        raise Refused("slurm_user", user=name)
    return name
