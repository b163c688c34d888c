"""The steps from what a cluster has to what it should have, in an order that Slurm accepts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import TypeVar

from madang.compute.slurm.live import Live
from madang.compute.slurm.names import Site
from madang.compute.slurm.tree import Account, Counts, Place, Qos, Reservation, Tree

Words = tuple[str, ...]
T = TypeVar("T")
MOST_AT_ONCE = 200  # names in one command, so that its arguments stay short enough everywhere
SCONTROL: Words = ("env", "TZ=UTC", "scontrol")  # it reads instants in its own zone
MOST_LINES = 2000  # lines in one file to load: some ten seconds of work


class Phase(IntEnum):
    """A phase begins when the one before has ended. Only steps on QOS may run beside each other.

    Accounts and associations form one tree in Slurm's database, and additions to it beside each other were seen to
    lose accounts.
    """

    ADD_QOS = 1
    ADD_TREE = 2
    ADD_RESERVATIONS = 3
    CHANGE_QOS = 4
    CHANGE_ACCOUNTS = 5
    CHANGE_MEMBERS = 6
    CHANGE_RESERVATIONS = 7
    SHUT_QOS = 8
    SHUT_MEMBERS = 9
    REMOVE_RESERVATIONS = 10
    MOVE_DEFAULTS = 11
    REMOVE_MEMBERS = 12
    REMOVE_USERS = 13
    REMOVE_AWARDS = 14
    REMOVE_ORGANISATIONS = 15
    REMOVE_TOP = 16
    REMOVE_QOS = 17


BESIDE_EACH_OTHER = frozenset({Phase.ADD_QOS, Phase.CHANGE_QOS, Phase.SHUT_QOS})


@dataclass(frozen=True)
class Step:
    """One command (`argv` after `program`), and the lines of the difference that it stands for.

    `stdin` is the file that ``load`` reads: one command brings thousands of accounts and members in.
    """

    phase: Phase
    sign: str
    lines: tuple[str, ...]
    argv: Words
    stdin: str = ""
    program: Words = ("sacctmgr", "-iQ")


@dataclass(frozen=True)
class Difference:
    """All steps in order; `taken` are names that others have, so that steps for them were left out.

    `busy` are accounts that should go and whose jobs must end first; `leftover` is how many things only `remove` would
    take away; `others` are the accounts that the cluster has besides.
    """

    steps: tuple[Step, ...]
    taken: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    leftover: int = 0
    others: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The difference as people read it, one line a thing."""
        return [f"{step.sign} {line}" for step in self.steps for line in step.lines]


def difference(site: Site, cluster: str, desired: Tree, live: Live, remove: bool = False) -> Difference:
    """What is to do. Without `remove` nothing is deleted: what should not be there is only closed.

    Only nodes that are kept for an award that should have none are given free at once, unless its jobs run there.

    With `remove`, accounts go once none of their jobs waits or runs; the default account of a user is moved to another
    of his accounts before. Steps never name what the centre does not own.
    """
    wanted = _without(desired, live.taken)
    gone_accounts = [name for name in live.tree.accounts if name not in desired.accounts]
    gone_qos = [name for name in live.tree.qos if name not in desired.qos]
    gone_places = [place for place in live.tree.members if place not in desired.members]
    freed = [one for name, one in live.tree.reservations.items() if name not in desired.reservations]
    going = {*gone_accounts, *(place.account for place in gone_places), *(one.name for one in freed)}
    busy = sorted(name for name in going if live.busy.get(name))
    steps = [
        *_qos_steps(site, wanted, live),
        *_additions(site, cluster, wanted, live),
        *_account_changes(cluster, wanted, live),
        *_member_changes(cluster, wanted, live),
        *_shutting(cluster, gone_qos, gone_places, live),
        *_keeping(wanted, live),
        *_freeing(one for one in freed if one.name not in busy),
    ]
    if remove:
        steps += _removing(site, cluster, wanted, live, set(busy))
    leftover = 0 if remove else len(gone_accounts) + len(gone_qos) + len(gone_places)
    taken = sorted(live.taken & {*desired.accounts, *desired.qos, *desired.reservations})
    in_order = tuple(sorted(steps, key=lambda step: step.phase))
    return Difference(in_order, tuple(taken), tuple(busy), leftover, tuple(sorted(live.others)))


def _without(desired: Tree, taken: frozenset[str]) -> Tree:
    """What can be had although some names are taken: an account that hangs below a taken one is left out with it."""
    accounts: dict[str, Account] = {}
    for name, account in desired.accounts.items():
        if name not in taken and account.parent not in taken and (account.parent in accounts or "-" not in name):
            accounts[name] = account
    qos = {name: one for name, one in desired.qos.items() if name not in taken}
    members = {place: one for place, one in desired.members.items() if place.account in accounts and one in qos}
    reservations = {
        name: one
        for name, one in desired.reservations.items()
        if name not in taken and accounts.keys() >= set(one.accounts)
    }
    return Tree(accounts, qos, members, reservations)


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
            yield _step(Phase.ADD_QOS, "+", (f"qos {name} {' '.join(settings)}" for name in some), words)
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
            yield _step(Phase.CHANGE_QOS, "~", (f"qos {name} {' '.join(settings)}" for name in some), words)


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
    for name, had, has in (
        ("GrpSubmitJobs", old.submitted, new.submitted),
        ("GrpJobs", old.running, new.running),
    ):
        if had != has:
            words.append(f"{name}={-1 if has is None else has}")
    return tuple(words)


def _limits(old: Counts, new: Counts) -> str:
    limits: Mapping[str, int] = {name: -1 for name, _ in old} | dict(new)
    return ",".join(f"{name}={number}" for name, number in sorted(limits.items()))


def _additions(site: Site, cluster: str, desired: Tree, live: Live) -> Iterator[Step]:
    """Files in the form that sacctmgr loads; it only adds what they name, and names in them need no quoting."""
    entries: list[tuple[str, str, str]] = []
    fresh = [account for name, account in desired.accounts.items() if name not in live.tree.accounts]
    for account in sorted(fresh, key=lambda account: (_depth(site, account), account.parent)):
        text = f"Account - '{account.name}':Description='{site.sign}':Organization='{site.mark}'"
        line = f"account {account.name} below {account.parent}, fair share {account.shares}"
        together = f"GrpTRES={_limits((), account.held)}" if account.held else ""
        text += f":Fairshare={account.shares}" + (f":{together}" if together else "")
        entries.append((account.parent, text, f"{line} {together}".rstrip()))
    for place, qos in sorted(desired.members.items()):
        if place not in live.tree.members:
            text = f"User - '{place.user}':Partition='{place.partition}':QOS='{qos}':DefaultQOS='{qos}'"
            entries.append((place.account, text, f"{_named(place)} with {qos}"))
    for some in _chunks(entries, MOST_LINES):
        file, below = [f"Cluster - '{cluster}'"], ""
        for parent, text, _ in some:
            if parent != below:
                file.append(f"Parent - '{parent}'")
            file.append(text)
            below = parent
        lines = tuple(line for _, _, line in some)
        yield Step(Phase.ADD_TREE, "+", lines, ("load", "file=/dev/stdin"), "\n".join(file) + "\n")


def _depth(site: Site, account: Account) -> int:
    return 0 if account.name == site.top else 1 if account.parent == site.top else 2


def _account_changes(cluster: str, desired: Tree, live: Live) -> Iterator[Step]:
    changed: dict[Words, list[str]] = defaultdict(list)
    for name, account in desired.accounts.items():
        there = live.tree.accounts.get(name)
        if there and there != account:
            settings = [f"parent={account.parent}"] if account.parent != there.parent else []
            settings += [f"Fairshare={account.shares}"] if account.shares != there.shares else []
            settings += [f"GrpTRES={_limits(there.held, account.held)}"] if account.held != there.held else []
            changed[tuple(settings)].append(name)
    for changes, names in changed.items():
        for some in _chunks(names):
            words = ("modify", "account", "where", f"name={','.join(some)}", f"cluster={cluster}", "set", *changes)
            yield _step(Phase.CHANGE_ACCOUNTS, "~", (f"account {name} {' '.join(changes)}" for name in some), words)


def _member_changes(cluster: str, desired: Tree, live: Live) -> Iterator[Step]:
    changed: dict[tuple[str, str, Words], list[str]] = defaultdict(list)
    for place, qos in desired.members.items():
        there = live.tree.members.get(place)
        if there is None or (there == qos and place not in live.shut):
            continue
        settings: Words = (f"QOS={qos}", f"DefaultQOS={qos}") if there != qos else ()
        settings += ("MaxSubmitJobs=-1",) if place in live.shut else ()
        changed[place.account, place.partition, settings].append(place.user)
    for (account, partition, settings), users in changed.items():
        yield from _on_members(Phase.CHANGE_MEMBERS, cluster, (account, partition), users, settings)


def _on_members(
    phase: Phase, cluster: str, where: tuple[str, str], users: list[str], settings: Words
) -> Iterator[Step]:
    """Changes the associations of several users at one account and partition."""
    account, partition = where
    for some in _chunks(users):
        words: Words = ("modify", "user", "where", f"name={','.join(some)}", f"account={account}")
        # an empty partition means the association without one, not all of them
        words += (f"cluster={cluster}", f"partition={partition}", "set", *settings)
        lines = (" ".join([_named(Place(account, user, partition)), *settings]) for user in some)
        yield _step(phase, "~", lines, words)


def _shutting(cluster: str, qos: Iterable[str], places: Iterable[Place], live: Live) -> Iterator[Step]:
    for some in _chunks([name for name in qos if not live.tree.qos[name].shut]):
        words = ("modify", "qos", "where", f"name={','.join(some)}", "set", "GrpSubmitJobs=0", "GrpJobs=0")
        yield _step(Phase.SHUT_QOS, "~", (f"qos {name} GrpSubmitJobs=0 GrpJobs=0" for name in some), words)
    for where, users in _by_place(place for place in places if place not in live.shut).items():
        yield from _on_members(Phase.SHUT_MEMBERS, cluster, where, users, ("MaxSubmitJobs=0",))


def _keeping(desired: Tree, live: Live) -> Iterator[Step]:
    """Nodes are kept beside the jobs that run there already, and jobs of the award find them without naming them."""
    for name, one in desired.reservations.items():
        there = live.tree.reservations.get(name)
        if there == one:
            continue
        end = datetime.fromtimestamp(one.until, UTC)
        settings: Words = (f"Accounts={','.join(one.accounts)}", f"Nodes={','.join(one.nodes)}")
        settings += (f"EndTime={end:%Y-%m-%dT%H:%M:%S}", "Flags=MAGNETIC,IGNORE_JOBS")
        verb: Words = ("update",) if there else ("create", "reservation")
        words = (*verb, f"ReservationName={name}", *(() if there else ("StartTime=now",)), *settings)
        line = f"nodes {','.join(one.nodes)} kept for {','.join(one.accounts)} until {end:%Y-%m-%d %H:%M} UTC"
        phase = Phase.CHANGE_RESERVATIONS if there else Phase.ADD_RESERVATIONS
        yield Step(phase, "~" if there else "+", (line,), words, program=SCONTROL)


def _freeing(freed: Iterable[Reservation]) -> Iterator[Step]:
    for one in freed:
        words = ("delete", f"ReservationName={one.name}")
        lines = (f"nodes {','.join(one.nodes)} kept for {','.join(one.accounts)}",)
        yield Step(Phase.REMOVE_RESERVATIONS, "-", lines, words, program=SCONTROL)


def _removing(site: Site, cluster: str, desired: Tree, live: Live, busy: set[str]) -> Iterator[Step]:
    going = [place for place in live.tree.members if place not in desired.members and place.account not in busy]
    yield from _moving_defaults(cluster, desired, live, going)
    yield from _leaving(cluster, live, going)
    # what a busy account hangs from stays with it
    above = {live.tree.accounts[name].parent for name in busy if name in live.tree.accounts}
    kept = {*desired.accounts, *busy, *above} | ({site.top} if busy else set())
    gone: dict[Phase, list[str]] = defaultdict(list)
    for name, account in live.tree.accounts.items():
        if name not in kept:
            phases = (Phase.REMOVE_TOP, Phase.REMOVE_ORGANISATIONS, Phase.REMOVE_AWARDS)
            gone[phases[_depth(site, account)]].append(name)
    for phase, names in gone.items():
        for some in _chunks(names):
            words: Words = ("delete", "account", "where", f"name={','.join(some)}", f"cluster={cluster}")
            yield _step(phase, "-", (f"account {name}" for name in some), words)
    used = {live.tree.members[place] for place in live.tree.members if place.account in busy}
    for some in _chunks([name for name in live.tree.qos if name not in desired.qos and name not in used]):
        words = ("delete", "qos", "where", f"name={','.join(some)}")
        yield _step(Phase.REMOVE_QOS, "-", (f"qos {name}" for name in some), words)


def _leaving(cluster: str, live: Live, going: list[Place]) -> Iterator[Step]:
    """Associations go by whole accounts where a user keeps none there, else by partition.

    A user who keeps none anywhere goes as a whole: Slurm refuses to take the associations of a default account away
    while there are others, and counts those that the same command takes away.
    """
    leaving = set(going)
    left = [place for place in live.tree.members if place not in leaving]
    staying, accounts = {place.user for place in left}, {(place.account, place.user) for place in left}
    groups: dict[tuple[str, str], dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    whole: dict[str, list[Place]] = defaultdict(list)
    for place in going:
        if place.user not in staying and not live.elsewhere.get(place.user) and place.user not in live.abroad:
            whole[place.user].append(place)
        else:
            partition = f"partition={place.partition}" if (place.account, place.user) in accounts else ""
            groups[place.account, partition][place.user].append(place)
    for (account, partition), named in groups.items():
        for some in _chunks(list(named)):
            words: Words = ("delete", "user", "where", f"name={','.join(some)}", f"account={account}")
            words += (f"cluster={cluster}",)
            lines = (_named(place) for user in some for place in named[user])
            yield _step(Phase.REMOVE_MEMBERS, "-", lines, (*words, partition) if partition else words)
    for some in _chunks(list(whole)):
        lines = (_named(place) for user in some for place in whole[user])
        words = ("delete", "user", "where", f"name={','.join(some)}")
        yield _step(Phase.REMOVE_USERS, "-", lines, words)


def _by_place(places: Iterable[Place]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in places:
        found[place.account, place.partition].append(place.user)
    return found


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
            yield _step(Phase.MOVE_DEFAULTS, "~", [f"default account of {user} {others[0]}"], words)


def _named(place: Place) -> str:
    return f"member {place.user} of {place.account} in {place.partition or 'all partitions'}"


def _step(phase: Phase, sign: str, lines: Iterable[str], words: Words) -> Step:
    return Step(phase, sign, tuple(lines), words)


def _chunks(names: list[T], most: int = MOST_AT_ONCE) -> Iterator[list[T]]:
    for start in range(0, len(names), most):
        yield names[start : start + most]
