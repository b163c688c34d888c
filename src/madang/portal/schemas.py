"""The kinds of value that the API's schemas share, each within what a table can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def _stored_instant(given: datetime) -> datetime:
    """In UTC. Days at the end of the calendar have no instant on every clock."""
    if not FIRST_DAY.year <= given.year <= LAST_DAY.year:
        raise ValueError(f"a year from {FIRST_DAY.year} to {LAST_DAY.year}")
    return given.astimezone(UTC)


def _stored_day(given: date) -> date:
    if not FIRST_DAY <= given <= LAST_DAY:
        raise ValueError(f"a day from {FIRST_DAY} to {LAST_DAY}")
    return given


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that was read.")]
Few = Annotated[int, Field(ge=1, le=1000)]
Won = Annotated[int, Field(ge=0, le=10**12)]
Units = Annotated[int, Field(ge=0, le=1_000_000)]
Month = Annotated[str, Field(pattern=r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM")]
Instant = Annotated[AwareDatetime, AfterValidator(_stored_instant)]
Day = Annotated[date, AfterValidator(_stored_day)]
Code = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,30}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Comment = Annotated[str, Field(max_length=1000)]
Purpose = Annotated[str, Field(max_length=200, description="What for, where it is another's; kept for two years.")]
