"""An estimated start as the API gives it."""

from datetime import datetime
from typing import Any

from ninja import Schema

from madang.portal.forecasts import faces
from madang.portal.forecasts.rules import Basis


class StartOut(Schema):
    """When a job that waits is likely to start: eight in ten between `early` and `late`, as likely before `middle` as
    after. All are null where nothing can be told; `sentence` then says why. By `limits` only the latest start is known:
    the three are one. `replays` of the queue were made as it stood at `made_at`.
    """

    early: datetime | None
    middle: datetime | None
    late: datetime | None
    basis: Basis
    replays: int
    made_at: datetime | None
    sentence: str
    in_short: str


def start_out(job: Any, now: datetime) -> dict[str, Any] | None:
    """The figures of `StartOut`; None for a job that does not wait."""
    start = faces.start_of(job, now)
    if start is None:
        return None
    names = ("early", "middle", "late", "made_at", "replays", "basis")
    figures = {"replays": 0, "basis": Basis.HISTORY} | dict.fromkeys(names[:4])
    if start.row is not None:
        figures = {name: getattr(start.row, name) for name in names}
    return {**figures, "sentence": start.sentence, "in_short": start.short}
