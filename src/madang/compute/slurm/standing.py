"""How a cluster stands beside what it should have: what would be changed, what hands changed, and the changing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from madang.compute.protocol import AccountLimit
from madang.compute.slurm.applying import apply
from madang.compute.slurm.commands import OnThisMachine, Ran
from madang.compute.slurm.desired import OnCluster, tree_of
from madang.compute.slurm.difference import Difference, Step, difference
from madang.compute.slurm.limiting import limited
from madang.compute.slurm.live import Live, cluster_name, read
from madang.compute.slurm.names import Site
from madang.compute.slurm.tree import Account, Place, Qos, Tree


class Standing:
    """One centre's tree on one cluster. `kept` is the file in which the tree lies as it was last brought there.

    Every verb asks the cluster: Unavailable where a daemon is away, Refused as `live.read` and `desired.tree_of`.
    """

    def __init__(self, site: Site, commands: OnThisMachine, kept: Path, partitions: Mapping[str, str]) -> None:
        self.partitions = partitions
        self._site, self._commands, self._kept = site, commands, kept

    def plan(self, awards: Iterable[OnCluster], remove: bool = False) -> Difference:
        """What bringing these awards to the cluster would change; nothing is touched. See `difference.difference`."""
        live, cluster = self._live(remove)
        return difference(self._site, cluster, tree_of(self._site, awards), live, remove)

    def drift(self, limits: Sequence[AccountLimit]) -> Difference:
        """What would undo what others changed since the tree was last brought there; `limits` are Madang's own since.

        Nothing where it never was.
        """
        if not self._kept.exists():
            return Difference(())
        live, cluster = self._live()
        tree = tree_from(self._kept.read_text("utf-8"))
        by_account = {self._site.award(limit.account.removeprefix("award:")): limit for limit in limits}
        own = replace(tree, qos=limited(tree.qos, by_account)) if limits else tree
        return difference(self._site, cluster, own, live)

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
        commands = replace(self._commands, record=record)
        apply(commands, replace(found, steps=found.steps[:most]), done)
        if len(found.steps) > most:
            return False
        part = self._kept.with_suffix(".part")
        part.write_text(tree_text(tree_of(self._site, awards)), "utf-8")
        part.rename(self._kept)
        return True

    def _live(self, removing: bool = False) -> tuple[Live, str]:
        cluster = cluster_name(self._commands)
        return read(self._commands, self._site, cluster, removing), cluster


def digest(found: Difference) -> str:
    """SHA-256, in hexadecimal, of all that a difference would do."""
    words = [[list(step.argv), step.stdin] for step in found.steps]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def tree_text(tree: Tree) -> str:
    """A tree as JSON."""
    members = [[*place, qos] for place, qos in tree.members.items()]
    kept = {
        "accounts": [asdict(one) for one in tree.accounts.values()],
        "qos": [asdict(one) for one in tree.qos.values()],
    }
    return json.dumps(kept | {"members": members})


def tree_from(text: str) -> Tree:
    """The tree that `tree_text` wrote."""
    kept = json.loads(text)
    counts = ("held", "minutes", "least")
    found = [
        Qos(**{**one, **{name: tuple((tres, number) for tres, number in one[name]) for name in counts}})
        for one in kept["qos"]
    ]
    return Tree(
        {one["name"]: Account(**one) for one in kept["accounts"]},
        {one.name: one for one in found},
        {Place(account, user, partition): qos for account, user, partition, qos in kept["members"]},
    )
