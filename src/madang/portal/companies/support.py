"""What a company was given, year by year over at least ten years: from the centre's own tables, and as entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import ExtractYear

from madang.portal.awards.models import Award
from madang.portal.billing.models import CreditNote, Statement
from madang.portal.billing.rules import StatementState
from madang.portal.bookings.models import BookedFacility
from madang.portal.bookings.rules import BookingState
from madang.portal.companies import queries
from madang.portal.companies.models import Company, SupportGiven
from madang.portal.creditnotes.rules import NoteState
from madang.portal.facilities.rules import FacilityKind
from madang.portal.indicators.models import DayUse
from madang.portal.resources.rules import PoolUnit

YEARS_AT_LEAST = 10
MACHINES = (FacilityKind.EQUIPMENT, FacilityKind.SIMULATOR)


@dataclass(frozen=True)
class YearOfSupport:
    """One year: seconds on GPUs and cores, won of support on issued statements, minutes of machines and of rooms that
    somebody checked in to, awards whose agreement came into force, and entries by hand with their won."""

    year: int
    gpu_seconds: int = 0
    core_seconds: int = 0
    computing_won: int = 0
    machine_minutes: int = 0
    room_minutes: int = 0
    programmes: int = 0
    entered: int = 0
    entered_won: int = 0

    @property
    def value_won(self) -> int:
        """What has a value in won; hours of equipment and rooms have no tariff and are not in it."""
        return self.computing_won + self.entered_won


Amounts = Mapping[str, Mapping[int, int]]


def by_year(amounts: Amounts, this_year: int) -> list[YearOfSupport]:
    """One row a year, the newest first, without a gap: at least the last ten, and back to the first that has one.

    `amounts` maps the columns of `YearOfSupport` to whole numbers by year.
    """
    first = min((year for column in amounts.values() for year in column), default=this_year)
    last = max((year for column in amounts.values() for year in column), default=this_year)
    years = range(min(first, this_year - YEARS_AT_LEAST + 1), max(last, this_year) + 1)
    return [
        YearOfSupport(year, **{name: column.get(year, 0) for name, column in amounts.items()})
        for year in reversed(years)
    ]


def total(rows: Iterable[YearOfSupport]) -> YearOfSupport:
    """All years added up; its own year is nought."""
    rows = list(rows)
    names = [field.name for field in fields(YearOfSupport) if field.name != "year"]
    return YearOfSupport(0, **{name: sum(getattr(row, name) for row in rows) for name in names})


def organisations_of(group: Iterable[int]) -> list[int]:
    """The organisations that these companies are, as staff said."""
    rows = Company.objects.filter(pk__in=list(group), organisation__isnull=False)
    return list(rows.values_list("organisation", flat=True))


def amounts(organisations: list[int], group: list[int]) -> dict[str, dict[int, int]]:
    """What the tables say of these organisations, and what was entered for these companies; six queries."""
    entered = queries.supports(group).order_by().annotate(year=ExtractYear("on")).values("year")
    hands = {row["year"]: (row["n"], row["won"] or 0) for row in entered.annotate(n=Count("pk"), won=Sum("won"))}
    rates = _use(organisations)
    return {
        "gpu_seconds": rates.get(PoolUnit.GPU, {}),
        "core_seconds": rates.get(PoolUnit.CORE, {}),
        "computing_won": _statements(organisations),
        **_hours(organisations),
        "programmes": {row["year"]: row["n"] for row in _by_year_in_force(organisations)},
        "entered": {year: n for year, (n, _won) in hands.items()},
        "entered_won": {year: won for year, (_n, won) in hands.items()},
    }


def _use(organisations: list[int]) -> dict[str, dict[int, int]]:
    rows = DayUse.objects.filter(award__organisation__in=organisations).order_by()
    found: dict[str, dict[int, int]] = {}
    for row in rows.values("pool__unit", "day__year").annotate(n=Sum("seconds")):
        found.setdefault(row["pool__unit"], {})[row["day__year"]] = row["n"]
    return found


def _statements(organisations: list[int]) -> dict[int, int]:
    rows = Statement.objects.filter(organisation__in=organisations, state=StatementState.ISSUED)
    found: dict[int, int] = {}
    notes = CreditNote.objects.filter(statement__in=rows, state=NoteState.ISSUED).order_by()
    by_month = rows.order_by().values_list("month").annotate(won=Sum("subsidy"))
    off = notes.values_list("statement__month").annotate(won=-Sum("subsidy"))
    for month, won in [*by_month, *off]:
        found[int(month[:4])] = found.get(int(month[:4]), 0) + won
    return found


def _hours(organisations: list[int]) -> dict[str, dict[int, int]]:
    rows = BookedFacility.objects.filter(booking__organisation__in=organisations, booking__state=BookingState.USED)
    year = ExtractYear("booking__starts_at", tzinfo=settings.MADANG_ZONE)
    found: dict[str, dict[int, int]] = {"machine_minutes": {}, "room_minutes": {}}
    grouped = rows.order_by().annotate(year=year).values("year", "facility__kind")
    for row in grouped.annotate(n=Sum("minutes")):
        into = found["machine_minutes" if row["facility__kind"] in MACHINES else "room_minutes"]
        into[row["year"]] = into.get(row["year"], 0) + row["n"]
    return found


def _by_year_in_force(organisations: list[int]) -> QuerySet:
    rows = programmes(organisations).order_by()
    in_force = ExtractYear("in_force_at", tzinfo=settings.MADANG_ZONE)
    return rows.annotate(year=in_force).values("year").annotate(n=Count("pk"))


def programmes(organisations: list[int]) -> QuerySet[Award]:
    """The awards whose agreement came into force, with their calls, the newest first."""
    rows = Award.objects.filter(organisation__in=organisations, in_force_at__isnull=False)
    return rows.select_related("application__intake__call").order_by("-in_force_at", "-pk")


@dataclass(frozen=True)
class Support:
    """The support of a company (with those merged into it) or of an organisation, as one page shows it."""

    years: list[YearOfSupport]
    total: YearOfSupport
    programmes: list[Award]
    entries: list[SupportGiven]


def of_companies(group: list[int], day: date) -> Support:
    """What companies that are one were given, until the day."""
    return _support(organisations_of(group), group, day)


def of_organisation(organisation: int, day: date) -> Support:
    """What an organisation was given, with what was entered for the company that it is and those merged into it.

    Another organisation's own use is not in it, though their companies became one: it was never this one's.
    """
    row = queries.of_organisation(organisation)
    return _support([organisation], queries.together(row.pk) if row else [], day)


def _support(organisations: list[int], group: list[int], day: date) -> Support:
    rows = by_year(amounts(organisations, group), day.year)
    return Support(rows, total(rows), list(programmes(organisations)[:100]), list(queries.supports(group)[:200]))
