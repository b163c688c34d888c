"""Whose Unix user a person may have, how a list of them is read, how an award may hold its part of the cluster."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from madang.compute.slurm.names import check_node, check_user
from madang.errors import Refused
from madang.portal.actors import Actor, Role, Via

KEEPERS = (Role.OPERATOR,)
READERS = (Role.OPERATOR, Role.AUDITOR)
MOST_ROWS = 10_000
# awards that what others' accounts run may be charged to
JOINABLE = ("accepted", "in_force")
LEAST_STOP, MOST_STOP = 100, 200
MOST_BORROWED = 100  # per cent of the next month
MOST_NODES = 64
# as Slurm keeps them, which lowers them
ACCOUNT = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,39}")
NAME = re.compile(r"[A-Za-z0-9_.-]+")


class ChangeState(StrEnum):
    """`asked` waits for the worker, which carries it on until it has `ended`, `failed` or met another cluster."""

    ASKED = "asked"
    ENDED = "ended"
    FAILED = "failed"
    OUTDATED = "outdated"


class Hold(StrEnum):
    """`cap`: never more at once than awarded. `target`: more while others leave it idle; fair share brings it back.

    `nodes`: as `cap`, with nodes kept free for it. `pool`: the awards of its class together stay within theirs.
    """

    CAP = "cap"
    TARGET = "target"
    NODES = "nodes"
    POOL = "pool"


class Fate(StrEnum):
    """What an import would do with a line."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    UNKNOWN_PERSON = "unknown_person"
    UNFIT_NAME = "unfit_name"
    NAME_TAKEN = "name_taken"
    TWICE = "twice"
    UNKNOWN_AWARD = "unknown_award"
    UNFIT_ACCOUNT = "unfit_account"
    OWN_ACCOUNT = "own_account"


FAULTS = frozenset(set(Fate) - {Fate.NEW, Fate.CHANGED, Fate.SAME})


@dataclass(frozen=True)
class Judged:
    """One line of an import: the person's address, the Unix user, and what becomes of it."""

    email: str
    name: str
    fate: Fate


@dataclass(frozen=True)
class JudgedAccount:
    """One line of another import: an account of others on the cluster, the award's number, and what becomes of it."""

    name: str
    award: str
    fate: Fate


def refuse_unless_keeper(by: Actor) -> None:
    """The operator, or whoever runs the centre's own command on its machine."""
    on_the_machine = by.via is Via.COMMAND and by.person is None
    if not by.has(*KEEPERS) and not on_the_machine:
        raise Refused("not_allowed_for_role")


def nodes_of(text: str) -> tuple[str, ...]:
    """The names of nodes, each once and in order, from a list with commas, spaces or line ends between them.

    Refused: ``slurm_node`` for what is none, ``cluster_nodes_many``.
    """
    names = sorted({check_node(name) for name in re.split(r"[,\s]+", text.strip()) if name})
    if len(names) > MOST_NODES:
        raise Refused("cluster_nodes_many", most=MOST_NODES)
    return tuple(names)


def name_of(kind: str) -> str:
    """What a type of GPU, "" for cores, is called in the names that an award has on the cluster."""
    return kind.lower() if kind else "cpu"


def parts_of(seconds: int, weights: Sequence[int]) -> list[int]:
    """What each month is given: an amount divided by weights, one at least above 0, into parts whose sum it is."""
    found, before, so_far = [], 0, 0
    for weight in weights:
        so_far += weight
        upto = seconds * so_far // sum(weights)
        found.append(upto - before)
        before = upto
    return found


def without_users(
    argv: Sequence[str], output: str, known: Collection[str], digest: Callable[[str], str]
) -> tuple[str, str]:
    """A command as one text, and what it printed, with the first figures of a digest in place of every Unix user.

    Users are those whom a command on users names, wherever they stand, and in the output all that are `known`.
    """
    named = {
        name
        for word in (argv if "user" in argv else ())
        if word.startswith("name=")
        for name in word.removeprefix("name=").split(",")
    }

    def hidden(found: re.Match[str], names: Collection[str]) -> str:
        return f"user:{digest(found[0])[:12]}" if found[0] in names else found[0]

    words = [re.sub(NAME, lambda found: hidden(found, named), word) for word in argv]
    return " ".join(words), re.sub(NAME, lambda found: hidden(found, {*named, *known}), output)


def lines_of(text: str) -> list[tuple[str, str]]:
    """The pairs of address and Unix user of a CSV text, with or without a heading; empty lines are left out.

    Refused: ``unix_users_line`` with its number, ``unix_users_many``.
    """
    return _pairs_of(text, "unix_users_line", lambda cells: "@" not in cells[0])


def accounts_of(text: str) -> list[tuple[str, str]]:
    """The pairs of account and award's number of a CSV text, with or without a heading.

    Refused: ``cluster_accounts_line`` with its number, ``unix_users_many``.
    """
    return _pairs_of(text, "cluster_accounts_line", lambda cells: len(cells) == 2 and not re.search("[0-9]", cells[1]))


def _pairs_of(text: str, fault: str, heads: Callable[[list[str]], bool]) -> list[tuple[str, str]]:
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and heads(cells)):
            continue
        if len(cells) != 2 or not all(cells):
            raise Refused(fault, line=number, field="text")
        found.append((cells[0].lower(), cells[1]))
    if len(found) > MOST_ROWS:
        raise Refused("unix_users_many", most=MOST_ROWS, field="text")
    return found


def judged_accounts(
    lines: Iterable[tuple[str, str]], awards: Collection[str], joined: Mapping[str, str], own: Callable[[str], bool]
) -> list[JudgedAccount]:
    """What becomes of each line. `joined` gives the award of each account now, `own` says which are the centre's."""
    given = list(lines)
    names = Counter(name for name, _ in given)

    def fate(name: str, award: str) -> Fate:
        if award not in awards:
            return Fate.UNKNOWN_AWARD
        if not ACCOUNT.fullmatch(name) or name == "root":
            return Fate.UNFIT_ACCOUNT
        if own(name):
            return Fate.OWN_ACCOUNT
        if names[name] > 1:
            return Fate.TWICE
        if joined.get(name) == award:
            return Fate.SAME
        return Fate.CHANGED if name in joined else Fate.NEW

    return [JudgedAccount(name, award, fate(name, award)) for name, award in given]


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
