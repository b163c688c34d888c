"""What a cluster has now of a centre's own things, and what of others stands in the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from madang.compute.slurm.commands import Commands, Output
from madang.compute.slurm.names import Site
from madang.compute.slurm.sacct import asking
from madang.compute.slurm.tree import Account, Counts, Place, Qos, Reservation, Tree
from madang.errors import Refused

# Descriptions come last: they alone may hold the bar that separates columns.
ACCOUNT_COLUMNS = "Account,Organization,Description"
ASSOCIATION_COLUMNS = "Cluster,Account,User,Partition,ParentName,Share,GrpTRES,QOS,DefaultQOS,MaxSubmit"
QOS_COLUMNS = "Name,Flags,Priority,GrpTRES,GrpTRESMins,MinTRES,MaxWall,GrpSubmit,GrpJobs,Description"
NO_DECAY = "NoDecay"
_WALL = re.compile(r"(?:(\d+)-)?(\d+):(\d+):(\d+)")


@dataclass(frozen=True)
class Live:
    """A reading of a cluster. `tree` holds what the centre owns; all else is named only where it matters.

    A member of `tree` whose association is not of the centre's form (several QOS, none of ours, another default) has
    the empty name as QOS. `shut` are places where nothing may be submitted. `taken` are accounts and QOS with a name of
    the centre's form that it does not own, and reservations with such a name for other accounts than its own. `fading`
    are own QOS whose NoDecay somebody took off, so that their budget refills. `elsewhere` gives for each user of ours
    the accounts that he has besides on this cluster, `abroad` those whom other clusters of the same database know too,
    `others` the accounts on this cluster that are not the centre's,
    `defaults` a user's default account here where that was read, `busy` the waiting and running jobs by own account.
    """

    tree: Tree
    taken: frozenset[str] = frozenset()
    fading: frozenset[str] = frozenset()
    shut: frozenset[Place] = frozenset()
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    abroad: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    busy: Mapping[str, int] = field(default_factory=dict)
    others: frozenset[str] = frozenset()


def read(commands: Commands, site: Site, cluster: str, removing: bool = False) -> Live:
    """Reads accounts, QOS, associations, reservations, the queue, and for `removing` users' defaults; changes nothing.

    Unavailable where a daemon does not answer; Refused ``slurm_answer`` for an answer that cannot be read.
    """
    accounts = {row[0]: row[2] for row in _rows(commands, ("show", "account", f"format={ACCOUNT_COLUMNS}"), 3)}
    own = {name for name, text in accounts.items() if site.owns(name, text)}
    qos, taken, fading = read_qos(commands, site)
    # without what is inherited: asking for that costs the database several questions a row
    where = ("show", "assoc", "wopl", f"format={ASSOCIATION_COLUMNS}")
    found: dict[str, Account] = {}
    members: dict[Place, str] = {}
    shut: set[Place] = set()
    every: dict[str, set[str]] = defaultdict(set)
    strange: set[str] = set()
    abroad: set[str] = set()
    for on, account, user, partition, parent, share, held, names, default, submitted in _rows(commands, where, 10):
        if on != cluster:
            abroad.add(user)
            continue
        if user:
            every[user].add(account)
        if account in own and user:
            place = Place(account, user, partition)
            members[place] = names if names in qos and default in ("", names) else ""
            if submitted == "0":
                shut.add(place)
        elif account in own:
            found[account] = Account(account, parent, _share(share), counts_of(held))
        elif not user and parent:
            strange.add(account)
    users = {place.user for place in members}
    kept, others = _reservations(commands, site, own)
    return Live(
        Tree(found, qos, members, kept),
        frozenset(taken | others | {name for name in accounts if site.claims(name) and name not in own}),
        frozenset(fading),
        frozenset(shut),
        {user: frozenset(every[user] - own) for user in users},
        frozenset(abroad & users),
        _defaults(commands, users) if removing else {},
        _busy(commands, own),
        frozenset(strange),
    )


def cluster_name(commands: Commands) -> str:
    """The name of the cluster that the commands speak with."""
    for line in checked(commands.run("scontrol", "show", "config"), "scontrol").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "ClusterName":
            return value.strip()
    raise Refused("slurm_answer", command="scontrol show config", line="")


def checked(output: Output, command: str) -> str:
    """The text of a command that was to answer; Refused ``slurm_said_no`` with what it said."""
    if output.status:
        raise Refused("slurm_said_no", command=command, said=(output.errors or output.text).strip()[-500:])
    return output.text


def counts_of(text: str) -> Counts:
    """``cpu=64,gres/gpu=4`` as `Counts`."""
    pairs = (one.rpartition("=") for one in text.split(",") if one)
    return tuple(sorted((name, _number(number)) for name, _, number in pairs))


def minutes_of(text: str) -> int | None:
    """``2-00:00:00`` in minutes; None where nothing is stated."""
    if not text:
        return None
    found = _WALL.fullmatch(text)
    if not found:
        raise Refused("slurm_answer", command="sacctmgr", line=text)
    days, hours, minutes, _ = found.groups()
    return int(days or 0) * 1440 + int(hours) * 60 + int(minutes)


def read_qos(commands: Commands, site: Site) -> tuple[dict[str, Qos], set[str], set[str]]:
    """The centre's own QOS by name, the names of its form that others have, and own ones whose budget fades."""
    own: dict[str, Qos] = {}
    taken, fading = set(), set()
    rows = _rows(commands, ("show", "qos", f"format={QOS_COLUMNS}"), 10)
    for name, flags, priority, held, minutes, least, wall, submitted, running, text in rows:
        if site.owns(name, text):
            numbers = (counts_of(held), counts_of(minutes), counts_of(least))
            jobs = (_number(limit) if limit else None for limit in (submitted, running))
            own[name] = Qos(name, _number(priority), *numbers, minutes_of(wall), *jobs)
            if NO_DECAY not in flags.split(","):
                fading.add(name)
        elif site.claims(name):
            taken.add(name)
    return own, taken, fading


def _reservations(commands: Commands, site: Site, own: set[str]) -> tuple[dict[str, Reservation], set[str]]:
    """The centre's reservations by name, and the names of its form that are others'.

    One that jobs would have to name, because somebody took MAGNETIC off, has the end 0 and so differs from all of ours.
    """
    found: dict[str, Reservation] = {}
    others = set()
    text = checked(commands.run(*asking("scontrol", "-o", "show", "reservation")), "scontrol show reservation")
    for line in text.splitlines():
        facts = dict(word.partition("=")[::2] for word in line.split())
        name = facts.get("ReservationName", "")
        if not site.claims(name):
            continue
        accounts = tuple(sorted(facts.get("Accounts", "").split(",")))
        if not own.issuperset(accounts):
            others.add(name)
            continue
        nodes = checked(commands.run("scontrol", "show", "hostnames", facts["Nodes"]), "scontrol show hostnames")
        until = _number(facts["EndTime"]) if "MAGNETIC" in facts["Flags"].split(",") else 0
        found[name] = Reservation(name, accounts, tuple(sorted(nodes.split())), until)
    return found, others


def _defaults(commands: Commands, users: set[str]) -> dict[str, str]:
    rows = _rows(commands, ("show", "user", "format=User,DefaultAccount"), 2) if users else []
    return {user: account for user, account in rows if user in users}


def _busy(commands: Commands, accounts: set[str]) -> dict[str, int]:
    if not accounts:
        return {}
    text = checked(commands.run("squeue", "-h", "-a", "-o", "%a"), "squeue")
    found: dict[str, int] = defaultdict(int)
    for account in text.split():
        if account in accounts:
            found[account] += 1
    return dict(found)


def _rows(commands: Commands, words: tuple[str, ...], columns: int) -> list[list[str]]:
    text = checked(commands.run("sacctmgr", "-nP", *words), f"sacctmgr {words[0]} {words[1]}")
    rows = [line.split("|", columns - 1) for line in text.splitlines() if line]
    for row in rows:
        if len(row) != columns:
            raise Refused("slurm_answer", command=f"sacctmgr {words[0]} {words[1]}", line="|".join(row))
    return rows


def _share(text: str) -> int:
    """A fair share; ``parent`` (users below share as one) is none that we give, and differs from all of them."""
    return 0 if text == "parent" else _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused("slurm_answer", command="sacctmgr", line=text)
    return int(text)
