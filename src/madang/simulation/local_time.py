"""Hours of the week by a zone's clock, for many instants at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np

from madang.simulation.trace import Ints

WEEK_HOURS = 168
DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 253_370_764_800  # the calendar of Python ends with the year 9999
_THURSDAY = 72  # the hours from Monday to the first instant of 1970


def hour_of_week(instants: Ints, zone: tzinfo) -> Ints:
    """0 for Monday's first hour to 167, for epoch seconds. A day's offset is the one at its noon in UTC."""
    days, place = np.unique(instants // DAY, return_inverse=True)
    offsets = np.array([offset(day * DAY + DAY // 2, zone) for day in days.tolist()], np.int64)
    return ((instants + offsets[place.reshape(-1)]) // 3600 + _THURSDAY) % WEEK_HOURS


def offset(instant: int, zone: tzinfo) -> int:
    """How many seconds the zone's clock is ahead of UTC."""
    ahead = (_EPOCH + timedelta(seconds=min(int(instant), LAST))).astimezone(zone).utcoffset() or timedelta()
    return ahead.days * DAY + ahead.seconds
