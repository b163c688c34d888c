"""The steps from what a cluster has to what it should have, in an order that Slurm accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from madang.compute.slurm.live import Live
from madang.compute.slurm.names import Site
from madang.compute.slurm.tree import Account, Counts, Place, Qos, Tree

Words = tuple[str, ...]
MOST_AT_ONCE = 200  # names in one command, so that its arguments stay short enough everywhere


class Phase(IntEnum):
    """Steps of one phase may run at the same time; a phase begins when the one before has ended."""

    ADD_QOS = 1
    ADD_TOP = 2
    ADD_ORGANISATIONS = 3
    ADD_AWARDS = 4
    CHANGE_QOS = 5
    CHANGE_ACCOUNTS = 6
    ADD_MEMBERS = 7
    CHANGE_MEMBERS = 8
    SHUT = 9
    MOVE_DEFAULTS = 10
    REMOVE_MEMBERS = 11
    REMOVE_AWARDS = 12
    REMOVE_ORGANISATIONS = 13
    REMOVE_TOP = 14
    REMOVE_QOS = 15


@dataclass(frozen=True)
class Step:
    """One command for sacctmgr (without its own name), and the line of the difference that it stands for."""

    phase: Phase
    sign: str
    line: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """All steps in order; `taken` are names that others have, so that steps for them were left out.

    `busy` are accounts that should go and whose jobs must end first; `leftover` is how many things only `remove` would
    take away.
    """

    steps: tuple[Step, ...]
    taken: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    leftover: int = 0


def difference(site: Site, cluster: str, desired: Tree, live: Live, remove: bool = False) -> Difference:
    """What is to do. Without `remove` nothing is deleted: what should not be there is only closed.

    With `remove`, accounts go once none of their jobs waits or runs; the default account of a user is moved to another
    of his accounts before. Steps never name what the centre does not own.
    """
    wanted = _without(desired, live.taken)
    gone_accounts = [name for name in live.tree.accounts if name not in desired.accounts]
    gone_qos = [name for name in live.tree.qos if name not in desired.qos]
    gone_places = [place for place in live.tree.members if place not in desired.members]
    busy = sorted(name for name in {*gone_accounts, *(place.account for place in gone_places)} if live.busy.get(name))
    steps = [
        *_qos_steps(site, wanted, live),
        *_account_steps(site, cluster, wanted, live),
        *_member_steps(cluster, wanted, live),
        *_shutting(cluster, gone_qos, gone_places, live),
    ]
    if remove:
        steps += _removing(site, cluster, wanted, live, set(busy))
    leftover = 0 if remove else len(gone_accounts) + len(gone_qos) + len(gone_places)
    taken = sorted(live.taken & {*desired.accounts, *desired.qos})
    return Difference(tuple(sorted(steps, key=lambda step: step.phase)), tuple(taken), tuple(busy), leftover)


def _without(desired: Tree, taken: frozenset[str]) -> Tree:
    """What can be had although some names are taken: an account that hangs below a taken one is left out with it."""
    accounts: dict[str, Account] = {}
    for name, account in desired.accounts.items():
        if name not in taken and account.parent not in taken and (account.parent in accounts or "-" not in name):
            accounts[name] = account
    qos = {name: one for name, one in desired.qos.items() if name not in taken}
    members = {place: one for place, one in desired.members.items() if place.account in accounts and one in qos}
    return Tree(accounts, qos, members)


def _qos_steps(site: Site, desired: Tree, live: Live) -> Iterator[Step]:
    fresh: dict[Qos, list[str]] = defaultdict(list)
    for name, qos in desired.qos.items():
        if name not in live.tree.qos:
            fresh[replace(qos, name="")].append(name)
    for same, names in fresh.items():
        settings = _settings(Qos("", priority=-1), same)
        for some in _chunks(names):
            words: Words = (
                "add",
                "qos",
                ",".join(some),
                f"Description={site.sign}",
                "Flags=NoDecay,DenyOnLimit",
                *settings,
            )
            yield Step(Phase.ADD_QOS, "+", f"qos {','.join(some)} {' '.join(settings)}", words)
    changed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, qos in desired.qos.items():
        if name in live.tree.qos:
            settings = _settings(live.tree.qos[name], qos)
            if name in live.fading:
                settings = ("Flags+=NoDecay", *settings)
            if settings:
                changed[settings].append(name)
    for settings, names in changed.items():
        for some in _chunks(names):
            words = ("modify", "qos", "where", f"name={','.join(some)}", "set", *settings)
            yield Step(Phase.CHANGE_QOS, "~", f"qos {','.join(some)} {' '.join(settings)}", words)


def _settings(old: Qos, new: Qos) -> tuple[str, ...]:
    """The words that turn one QOS into another; a limit that is gone is set to -1, as Slurm wants it."""
    words = [f"Priority={new.priority}"] if new.priority != old.priority else []
    for name, was, is_now in (
        ("GrpTRES", old.held, new.held),
        ("GrpTRESMins", old.minutes, new.minutes),
        ("MinTRESPerJob", old.least, new.least),
    ):
        if was != is_now:
            words.append(f"{name}={_limits(was, is_now)}")
    if old.wall_minutes != new.wall_minutes:
        words.append(f"MaxWall={-1 if new.wall_minutes is None else new.wall_minutes}")
    if old.submitted != new.submitted:
        words.append(f"GrpSubmitJobs={-1 if new.submitted is None else new.submitted}")
    return tuple(words)


def _limits(old: Counts, new: Counts) -> str:
    limits: Mapping[str, int] = {name: -1 for name, _ in old} | dict(new)
    return ",".join(f"{name}={number}" for name, number in sorted(limits.items()))


def _account_steps(site: Site, cluster: str, desired: Tree, live: Live) -> Iterator[Step]:
    fresh: dict[tuple[Phase, str, int], list[str]] = defaultdict(list)
    changed: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, account in desired.accounts.items():
        there = live.tree.accounts.get(name)
        if there is None:
            fresh[_adding(site, account), account.parent, account.shares].append(name)
            continue
        settings = [f"parent={account.parent}"] if account.parent != there.parent else []
        settings += [f"Fairshare={account.shares}"] if account.shares != there.shares else []
        if settings:
            changed[tuple(settings)].append(name)
    for (phase, parent, shares), names in fresh.items():
        for some in _chunks(names):
            listed = ",".join(some)
            words: Words = (
                "add",
                "account",
                listed,
                f"cluster={cluster}",
                f"parent={parent}",
                f"Description={site.sign}",
            )
            words += (f"Organization={site.mark}", f"Fairshare={shares}")
            yield Step(phase, "+", f"account {listed} below {parent}, fair share {shares}", words)
    for changes, names in changed.items():
        for some in _chunks(names):
            listed = ",".join(some)
            words = ("modify", "account", "where", f"name={listed}", f"cluster={cluster}", "set", *changes)
            yield Step(Phase.CHANGE_ACCOUNTS, "~", f"account {listed} {' '.join(changes)}", words)


def _adding(site: Site, account: Account) -> Phase:
    if account.name == site.top:
        return Phase.ADD_TOP
    return Phase.ADD_ORGANISATIONS if account.parent == site.top else Phase.ADD_AWARDS


def _member_steps(cluster: str, desired: Tree, live: Live) -> Iterator[Step]:
    fresh: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for place, qos in desired.members.items():
        if place not in live.tree.members:
            fresh[place.account, place.partition, qos].append(place.user)
        elif live.tree.members[place] != qos or place in live.shut:
            settings: Words = (f"QOS={qos}", f"DefaultQOS={qos}") if live.tree.members[place] != qos else ()
            settings += ("MaxSubmitJobs=-1",) if place in live.shut else ()
            words: Words = ("modify", "user", "where", *_at(cluster, place), "set", *settings)
            yield Step(Phase.CHANGE_MEMBERS, "~", f"{_named(place)} {' '.join(settings)}", words)
    for (account, partition, qos), users in fresh.items():
        for some in _chunks(users):
            words = (
                "add",
                "user",
                ",".join(some),
                f"cluster={cluster}",
                f"account={account}",
                f"partition={partition}",
            )
            words += (f"QOS={qos}", f"DefaultQOS={qos}")
            line = f"member {','.join(some)} of {account} in {partition} with {qos}"
            yield Step(Phase.ADD_MEMBERS, "+", line, words)


def _shutting(cluster: str, qos: Iterable[str], places: Iterable[Place], live: Live) -> Iterator[Step]:
    open_qos = [name for name in qos if live.tree.qos[name].submitted != 0]
    for some in _chunks(open_qos):
        words: Words = ("modify", "qos", "where", f"name={','.join(some)}", "set", "GrpSubmitJobs=0")
        yield Step(Phase.SHUT, "~", f"qos {','.join(some)} GrpSubmitJobs=0", words)
    for place in places:
        if place not in live.shut:
            words = ("modify", "user", "where", *_at(cluster, place), "set", "MaxSubmitJobs=0")
            yield Step(Phase.SHUT, "~", f"{_named(place)} MaxSubmitJobs=0", words)


def _removing(site: Site, cluster: str, desired: Tree, live: Live, busy: set[str]) -> Iterator[Step]:
    going = [place for place in live.tree.members if place not in desired.members and place.account not in busy]
    yield from _moving_defaults(cluster, desired, live, going)
    for place in going:
        words: Words = ("delete", "user", "where", *_at(cluster, place))
        yield Step(Phase.REMOVE_MEMBERS, "-", _named(place), words)
    kept = {*desired.accounts, *busy}
    # what a busy account hangs from stays with it
    kept |= {live.tree.accounts[name].parent for name in busy if name in live.tree.accounts} | (
        {site.top} if busy else set()
    )
    for name, account in live.tree.accounts.items():
        if name not in kept:
            phase = Phase.REMOVE_TOP if name == site.top else Phase.REMOVE_AWARDS
            phase = Phase.REMOVE_ORGANISATIONS if account.parent == site.top else phase
            words = ("delete", "account", "where", f"name={name}", f"cluster={cluster}")
            yield Step(phase, "-", f"account {name}", words)
    used = {live.tree.members[place] for place in live.tree.members if place.account in busy}
    for name in live.tree.qos:
        if name not in desired.qos and name not in used:
            yield Step(Phase.REMOVE_QOS, "-", f"qos {name}", ("delete", "qos", "where", f"name={name}"))


def _moving_defaults(cluster: str, desired: Tree, live: Live, going: list[Place]) -> Iterator[Step]:
    """Slurm refuses to take a user's default account away while he has others."""
    leaving: dict[str, set[str]] = defaultdict(set)
    for place in going:
        leaving[place.user].add(place.account)
    staying: dict[str, set[str]] = defaultdict(set)
    for place in (*desired.members, *(place for place in live.tree.members if place not in set(going))):
        staying[place.user].add(place.account)
    for user, accounts in leaving.items():
        default = live.defaults.get(user, "")
        others = sorted(staying[user]) or sorted(live.elsewhere.get(user, ()))
        if default in accounts - staying[user] and others:
            words: Words = ("modify", "user", "where", f"name={user}", f"cluster={cluster}", "set")
            words += (f"DefaultAccount={others[0]}",)
            yield Step(Phase.MOVE_DEFAULTS, "~", f"default account of {user} {others[0]}", words)


def _at(cluster: str, place: Place) -> tuple[str, ...]:
    # an empty partition means the association without one, not all of them
    return (f"name={place.user}", f"account={place.account}", f"cluster={cluster}", f"partition={place.partition}")


def _named(place: Place) -> str:
    return f"member {place.user} of {place.account} in {place.partition or 'all partitions'}"


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), MOST_AT_ONCE):
        yield names[start : start + MOST_AT_ONCE]
