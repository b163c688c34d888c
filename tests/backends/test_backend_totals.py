"""Every backend that adds up its own records gives the same totals for the same runs, however periods are cut."""

from datetime import timedelta
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
    ids = [backend.submit(make_spec("sleep 1.3", account=account, **changes)) for account, changes in accounts.items()]
    first = max(running(backend, id).started_at for id in ids)
    long = Period(first - timedelta(hours=1), first + timedelta(hours=1))
    assert max(used(backend, long).values(), default=0) <= 2 * 4  # what still runs counts as far as it ran, if at all
    runs = [Period(report.started_at, report.ended_at) for report in (ended(backend, id) for id in ids)]

    def wanted(period):
        found = {}
        for place, run, width in zip(PLACES, runs, (1, 2), strict=True):
            begins, ends = max(run.start, period.start), min(run.end, period.end)
            if clock_second(begins) < clock_second(ends):
                found[place] = width * (clock_second(ends) - clock_second(begins))
        return found

    until(lambda: used(backend, long) == wanted(long))
    assert set(wanted(long)) == set(PLACES)
    cuts = sorted(
        {bound + timedelta(milliseconds=n) for run in runs for bound in (run.start, run.end) for n in (0, 700)}
    )
    bounds = [long.start, *cuts, long.end]
    parts = [used(backend, Period(*pair)) for pair in pairwise(bounds)]
    assert parts == [wanted(Period(*pair)) for pair in pairwise(bounds)]
    assert {place: sum(part.get(place, 0) for part in parts) for place in PLACES} == wanted(long)
    assert used(backend, Period(long.end, long.end + timedelta(hours=1))) == {}
