"""How a cluster stands beside what it should have: what would be changed, what hands changed, and the changing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from madang.compute.protocol import AccountLimit
from madang.compute.slurm.applying import apply
from madang.compute.slurm.begun import Begun
from madang.compute.slurm.commands import OnThisMachine, Ran
from madang.compute.slurm.desired import OnCluster, tree_of
from madang.compute.slurm.difference import Difference, Step, difference
from madang.compute.slurm.limiting import limited
from madang.compute.slurm.live import Live, cluster_name, read, read_qos
from madang.compute.slurm.names import Site
from madang.compute.slurm.tree import Account, Place, Qos, Reservation, Tree


@dataclass(frozen=True)
class Look:
    """A cluster as it was when it was looked at."""

    site: Site
    cluster: str
    live: Live

    def counts(self, code: str, kind: str) -> bool:
        """Whether the cluster counts what the award of that code uses of a kind of resource."""
        return self.site.qos(code, kind) in self.live.tree.qos


class Standing:
    """One centre's tree on one cluster. `kept` is the file in which the tree lies as it was last brought there.

    `begun` holds the commands of `bring` and `follow` from before they run until the caller clears it, who has noted
    them by then.
    Every verb asks the cluster: Unavailable where a daemon is away, Refused as `live.read` and `desired.tree_of`.
    """

    def __init__(self, site: Site, commands: OnThisMachine, kept: Path, partitions: Mapping[str, str]) -> None:
        self.partitions = partitions
        self._site, self._commands, self._kept = site, commands, kept
        self.begun = Begun(kept.with_name("begun.json"))

    def look(self, remove: bool = False) -> Look:
        """What is there now; for `remove` with what taking away needs to know."""
        cluster = cluster_name(self._commands)
        return Look(self._site, cluster, read(self._commands, self._site, cluster, remove))

    def plan(self, awards: Iterable[OnCluster], remove: bool = False, seen: Look | None = None) -> Difference:
        """What bringing these awards to the cluster would change; nothing is touched. See `difference.difference`."""
        found = seen or self.look(remove)
        return difference(self._site, found.cluster, tree_of(self._site, awards), found.live, remove)

    def drift(self, limits: Sequence[AccountLimit]) -> Difference:
        """What would undo what others changed since the tree was last brought there; `limits` are Madang's own since.

        Nothing where it never was.
        """
        if not self._kept.exists():
            return Difference(())
        found = self.look()
        tree = tree_from(self._kept.read_text("utf-8"))
        by_account = {self._site.award(limit.account.removeprefix("award:")): limit for limit in limits}
        own = replace(tree, qos=limited(tree.qos, by_account)) if limits else tree
        return difference(self._site, found.cluster, own, found.live)

    def bring(
        self,
        awards: Sequence[OnCluster],
        found: Difference,
        most: int,
        done: Callable[[Step], None] = lambda step: None,
        record: Callable[[Ran], None] | None = None,
    ) -> bool:
        """Takes the first `most` steps of what `plan` found; True when no step was left, and the tree is noted.

        Cut off anywhere, a new plan goes on from there. Refused ``slurm_step_refused`` with Slurm's own words.
        """
        commands, now = replace(self._commands, record=record), replace(found, steps=found.steps[:most])
        self.begun.note(now.steps, change=True)
        apply(commands, now, done)
        if len(found.steps) > most:
            return False
        self._keep(tree_of(self._site, awards))
        return True

    def follow(self, awards: Sequence[OnCluster], most: int, record: Callable[[Ran], None] | None = None) -> bool:
        """Brings what awards may still use, and whether they come last, to QOS that are there; True once all have it.

        Takes at most `most` commands. Nothing is made, and a QOS whose budget or priority somebody changed by hand
        since it was last brought there is left as it is, so that it is seen. Where nothing was ever brought there,
        nothing is done.
        """
        if not self._kept.exists():
            return True
        tree = tree_from(self._kept.read_text("utf-8"))
        there, _, _ = read_qos(self._commands, self._site)
        wanted = {name: one for name, one in tree_of(self._site, awards).qos.items() if name in tree.qos}
        known = {name: there[name] for name in wanted if name in there}
        moved = {name: _as_in(qos, wanted[name]) for name, qos in known.items()}
        left = {name: moved[name] for name, qos in known.items() if qos == _as_in(qos, tree.qos[name])}
        found = difference(self._site, "", Tree(qos={**there, **left}), Live(Tree(qos=there)))
        now = replace(found, steps=found.steps[:most])
        self.begun.note(now.steps, change=False)
        apply(replace(self._commands, record=record), now)
        # a line of these steps is "qos NAME SETTINGS"
        done = {line.split()[1] for step in now.steps for line in step.lines}
        done |= {name for name, qos in known.items() if qos == moved[name]}
        self._keep(replace(tree, qos={**tree.qos, **{name: _as_in(tree.qos[name], wanted[name]) for name in done}}))
        return now == found

    def _keep(self, tree: Tree) -> None:
        part = self._kept.with_suffix(".part")
        part.write_text(tree_text(tree), "utf-8")
        part.rename(self._kept)


def _as_in(qos: Qos, other: Qos) -> Qos:
    """A QOS with the budget and the priority of another."""
    return replace(qos, minutes=other.minutes, priority=other.priority)


def digest(found: Difference) -> str:
    """SHA-256, in hexadecimal, of all that a difference would do."""
    words = [[list(step.program), list(step.argv), step.stdin] for step in found.steps]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def tree_text(tree: Tree) -> str:
    """A tree as JSON."""
    members = [[*place, qos] for place, qos in tree.members.items()]
    kept = {
        "accounts": [asdict(one) for one in tree.accounts.values()],
        "qos": [asdict(one) for one in tree.qos.values()],
        "reservations": [asdict(one) for one in tree.reservations.values()],
    }
    return json.dumps(kept | {"members": members})


def tree_from(text: str) -> Tree:
    """The tree that `tree_text` wrote."""
    kept = json.loads(text)
    qos = [Qos(**_counted(one, "held", "minutes", "least")) for one in kept["qos"]]
    accounts = [Account(**_counted(one, "held")) for one in kept["accounts"]]
    reservations = [
        Reservation(one["name"], tuple(one["accounts"]), tuple(one["nodes"]), one["until"])
        for one in kept["reservations"]
    ]
    return Tree(
        {one.name: one for one in accounts},
        {one.name: one for one in qos},
        {Place(account, user, partition): qos for account, user, partition, qos in kept["members"]},
        {one.name: one for one in reservations},
    )


def _counted(one: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same with the numbers by TRES as `Counts`, of which JSON makes lists."""
    return {**one, **{name: tuple((tres, number) for tres, number in one[name]) for name in names}}
