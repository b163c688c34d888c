"""What a person's Unix user may be, how a list of them is read, and how an award may hold its part of the cluster."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from madang.compute.slurm.names import check_user
from madang.errors import Refused
from madang.portal.actors import Actor, Role, Via

KEEPERS = (Role.OPERATOR,)
READERS = (Role.OPERATOR, Role.AUDITOR)
MOST_ROWS = 10_000
LEAST_STOP, MOST_STOP = 100, 200


class ChangeState(StrEnum):
    """`asked` waits for the worker, which carries it on until it has `ended`, `failed` or met another cluster."""

    ASKED = "asked"
    ENDED = "ended"
    FAILED = "failed"
    OUTDATED = "outdated"


class Hold(StrEnum):
    """`cap`: never more at once than awarded. `target`: more while others leave it idle; fair share brings it back."""

    CAP = "cap"
    TARGET = "target"


class Fate(StrEnum):
    """What an import would do with a line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    UNKNOWN_PERSON = "unknown_person"
    UNFIT_NAME = "unfit_name"
    NAME_TAKEN = "name_taken"
    TWICE = "twice"


FAULTS = frozenset({Fate.UNKNOWN_PERSON, Fate.UNFIT_NAME, Fate.NAME_TAKEN, Fate.TWICE})


@dataclass(frozen=True)
class Judged:
    """One line of an import: the person's address, the Unix user, and what becomes of it."""

    email: str
    name: str
    fate: Fate


def refuse_unless_keeper(by: Actor) -> None:
    """The operator, or whoever runs the centre's own command on its machine."""
    on_the_machine = by.via is Via.COMMAND and by.person is None
    if not by.has(*KEEPERS) and not on_the_machine:
        raise Refused("not_allowed_for_role")


def lines_of(text: str) -> list[tuple[str, str]]:
    """The pairs of address and Unix user of a CSV text, with or without a heading; empty lines are left out.

    Refused: ``unix_users_line`` with its number, ``unix_users_many``.
    """
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and "@" not in cells[0]):
            continue
        if len(cells) != 2 or not all(cells):
            raise Refused("unix_users_line", line=number, field="text")
        found.append((cells[0].lower(), cells[1]))
    if len(found) > MOST_ROWS:
        raise Refused("unix_users_many", most=MOST_ROWS, field="text")
    return found


def judged(lines: Iterable[tuple[str, str]], known: Mapping[str, str], others: Mapping[str, str]) -> list[Judged]:
    """What becomes of each line.

    `known` gives for each person's address the Unix user that they have (empty for none), `others` for each Unix user
    whose it is. A user that passes from one person to another within one list counts as taken: that is done in two
    steps, so that nobody's jobs run as another's user by a slip.
    """
    given = list(lines)
    people: dict[str, int] = {}
    names: dict[str, int] = {}
    for email, name in given:
        people[email] = people.get(email, 0) + 1
        names[name] = names.get(name, 0) + 1
    return [
        Judged(email, name, _fate(email, name, known, others, twice=people[email] > 1 or names[name] > 1))
        for email, name in given
    ]


def _fate(email: str, name: str, known: Mapping[str, str], others: Mapping[str, str], *, twice: bool) -> Fate:
    if email not in known:
        return Fate.UNKNOWN_PERSON
    try:
        check_user(name)
    except Refused:
        return Fate.UNFIT_NAME
    if twice:
        return Fate.TWICE
    if others.get(name, email) != email:
        return Fate.NAME_TAKEN
    if known[email] == name:
        return Fate.SAME
    return Fate.CHANGED if known[email] else Fate.NEW
