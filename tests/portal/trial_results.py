"""Answered trials, small and whole, for tests that walk every page."""

from factories import NOW, make_staff

from madang.portal.actors import Role
from madang.portal.forecasts.models import Trial

BEGIN = 1_767_193_200
WAIT = {"jobs": 9, "median": 60, "p90": 7200, "longest": 9000}
PLAN = {
    "replays": 2,
    "users": {"company/gpu": {"basis": "assumed", "jobs": 0, "awards": 0, "appetite": [500, 900]}},
    "pools": [
        {
            "pool": "h100", "unit": "gpu", "granted": 72_000_000, "wanted": 70_000_000, "jobs": 90, "never": 3,
            "skipped": 1, "used": [60_000_000, 50_000_000, 70_000_000], "unused": [12_000_000, 2_000_000, 22_000_000],
            "lost": [720_000, 0, 900_000], "risk_permille": 500, "of_months": 2,
            "months": [{"month": "2026-05", "used": 60_000_000, "granted": 72_000_000, "available": 80_000_000}],
            "waits": [{"kind": "company", **WAIT, "weeks": [{"begin": BEGIN, **WAIT}]}],
        }
    ],
}  # fmt: skip
RUN = {
    "name": "present", "skipped": 0, "started": 9, "never": 0, "mean": 90, "median": 60, "p90": 600, "p99": 900,
    "longest": 900, "slowdown_milli": 1200, "utilisation_permille": 640, "used": 36_000, "unused_wanted": 3600,
    "queue": 4, "gini_milli": 120, "steps": [3, 3, 3, 0, 0, 0], "weeks": [{"begin": BEGIN, "jobs": 9, "p90": 600}],
    "kinds": [{"kind": "company", "jobs": 9, "median": 60, "p90": 600}],
}  # fmt: skip
BENCH = {"jobs": 9, "left_out": 1, "runs": [RUN, {**RUN, "name": "asked", "p90": 300, "skipped": 2}]}
QUESTION = {"pool": "h100", "quarter": "2026-Q1", "policy": "easy", "present": [2, 8], "asked": [3, 8]}


def make_trial(kind="bench", **given) -> Trial:
    """A trial that is done."""
    answer = {"question": QUESTION, "result": BENCH} if kind == "bench" else {"question": {}, "result": PLAN}
    values = {"kind": kind, **answer, "state": "done", "asked_at": NOW, "ended_at": NOW} | given
    values["asked_by"] = values.get("asked_by") or make_staff(Role.OPERATOR)
    return Trial.objects.create(**values)
