"""Each class's own part of the machine: who stays within it, who borrows what others leave idle, who gives it back.

Nominal quotas with borrowing and reclaiming as in Kueue's cohorts: what a class leaves idle others may use; a class
whose job stays within its part may have jobs stopped that hold more than theirs, the latest first, and whoever in the
end is not needed is spared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from madang.compute.reasons import Reason

Amounts = Mapping[str, int]
Parts = Mapping[str, Mapping[str, int]]
"""Of each class its part, by kind: ``cores`` and ``gpus``. A class that is not named has nothing of its own."""


def kinds(amounts: Amounts) -> Mapping[str, int]:
    """GPUs of all types together, and cores."""
    gpus = sum(amount for name, amount in amounts.items() if name.startswith("gpu:"))
    return {"gpus": gpus, "cores": amounts.get("cores", 0)}


class Shares:
    """What each class holds beside its part; kinds that no class has a part of are not looked at."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kinds = sorted({kind for part in parts.values() for kind in part})
        self._held: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def hold(self, share_class: str, amounts: Amounts, sign: int = 1) -> None:
        """Counts what a job of the class holds; with `sign` -1 no longer."""
        asked = kinds(amounts)
        for kind in self._kinds:
            self._held[share_class][kind] += sign * asked[kind]

    def beyond(self, share_class: str, amounts: Amounts) -> Reason | None:
        """Why the class would hold more than its part with this too; None where it would not."""
        asked, part = kinds(amounts), self._parts.get(share_class, {})
        for kind in self._kinds:
            held = self._held[share_class][kind]
            if asked[kind] and asked[kind] + held > part.get(kind, 0):
                facts: dict[str, int | str] = {
                    "resource": kind,
                    "needs": asked[kind],
                    "held": held,
                    "part": part.get(kind, 0),
                }
                return Reason("class_at_part", facts)
        return None

    def borrows(self, share_class: str) -> bool:
        """Whether the class holds more than its part."""
        part = self._parts.get(share_class, {})
        return any(self._held[share_class][kind] > part.get(kind, 0) for kind in self._kinds)

    def victims(
        self, asked: Amounts, free: Amounts, running: Iterable[tuple[str, str, Amounts, int]]
    ) -> tuple[str, ...]:
        """The jobs to stop so that `asked` fits beside what is `free`; none where stopping would not be enough.

        `running`: id, class, amounts and start of every job that may be stopped. No class is brought below its part by
        more than the one job that crosses it.
        """
        chosen: list[tuple[str, str, Amounts, int]] = []
        then = dict(free)
        for one in sorted(running, key=lambda one: (-one[3], one[0])):
            if _fits(asked, then):
                break
            if self.borrows(one[1]) and any(
                then.get(name, 0) < amount and one[2].get(name) for name, amount in asked.items()
            ):
                chosen.append(one)
                self.hold(one[1], one[2], -1)
                _add(then, one[2])
        for one in chosen:
            self.hold(one[1], one[2])
        if not _fits(asked, then):
            return ()
        for one in reversed(chosen[:-1]):
            without = dict(then)
            _add(without, one[2], -1)
            if _fits(asked, without):
                then = without
                chosen.remove(one)
        return tuple(one[0] for one in chosen)


def _fits(asked: Amounts, free: Amounts) -> bool:
    return all(amount <= free.get(name, 0) for name, amount in asked.items())


def _add(to: dict[str, int], amounts: Amounts, sign: int = 1) -> None:
    for name, amount in amounts.items():
        to[name] = to.get(name, 0) + sign * amount
