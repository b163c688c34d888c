"""Every backend that adds up its own records gives the same totals for the same runs, however periods are cut."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from backends.local_site import ended, running, until
from backends.makers import make_limit

from madang.accounting.metering import clock_second
from madang.values import Period

PLACES = (("award-4", "gpu_second"), ("award-5", "core_second"))


def used(backend, period):
    """What a backend that adds up says of the two accounts."""
    found = {(one.account, str(one.unit)): one.seconds for one in backend.totals(period)}
    return {place: found[place] for place in PLACES if place in found}


def test_totals_are_the_seconds_of_runs_however_periods_are_cut(backend, make_spec):
    """Of an account's runs, the whole seconds of the clock that lie in the period, its end not among them."""
    accounts = {"award-4": {"gpus": 1, "gpu_type": "T4", "cores": 2}, "award-5": {"cores": 2}}
    backend.enforce([make_limit(account) for account in accounts])
    runs, running_still = [], []
    for account, changes in accounts.items():
        id = backend.submit(make_spec("sleep 60", account=account, **changes))
        start = running(backend, id).started_at
        long = Period(start - timedelta(hours=1), start + timedelta(hours=1))
        until(lambda start=start: datetime.now(UTC) > start + timedelta(seconds=1.2))
        running_still.append(used(backend, long))
        backend.cancel(id)
        runs.append(Period(start, ended(backend, id).ended_at))

    def wanted(period):
        found = {}
        for place, run, width in zip(PLACES, runs, (1, 2), strict=True):
            begins, ends = max(run.start, period.start), min(run.end, period.end)
            if clock_second(begins) < clock_second(ends):
                found[place] = width * (clock_second(ends) - clock_second(begins))
        return found

    until(lambda: used(backend, long) == wanted(long))
    assert set(wanted(long)) == set(PLACES)
    # what still ran counted as far as it had run, if at all
    assert all(seconds <= wanted(long)[place] for part in running_still for place, seconds in part.items())
    cuts = sorted(
        {bound + timedelta(milliseconds=n) for run in runs for bound in (run.start, run.end) for n in (0, 700)}
    )
    bounds = [long.start, *cuts, long.end]
    parts = [used(backend, Period(*pair)) for pair in pairwise(bounds)]
    assert parts == [wanted(Period(*pair)) for pair in pairwise(bounds)]
    assert {place: sum(part.get(place, 0) for part in parts) for place in PLACES} == wanted(long)
    assert used(backend, Period(long.end, long.end + timedelta(hours=1))) == {}
