"""Notes sources of money and who funds a pool from a month on, and keeps fiscal years open until they are settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import F
from django.utils.translation import gettext, override

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.funding import queries
from madang.portal.funding.models import FiscalYear, Funding, FundingPart, FundingSource
from madang.portal.funding.rules import OWN, SourceKind, refuse_issued, refuse_unless_funding, refuse_unless_whole
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as books
from madang.portal.resources.rules import written_month
from madang.portal.transactions import action


@action
def add_source(*, by: Actor, now: datetime, code: str, name_ko: str, name_en: str, kind: str) -> FundingSource:
    """Notes a source. Refused: ``not_unique`` for a code that stands already."""
    refuse_unless_funding(by)
    names = {"name_ko": name_ko.strip(), "name_en": name_en.strip()}
    row = FundingSource.objects.create(code=code, kind=SourceKind(kind), created_at=now, **names)
    record(by=by, now=now, did="funding.add_source", kind="funding_source", subject=code)
    return row


@action
def set_funding(*, by: Actor, now: datetime, pool: int, first_month: str, parts: Mapping[str, int]) -> Funding:
    """From a month on these sources fund a pool, each so much in permille; a row of the same month is replaced.

    Refused: ``month_not_written``, ``funding_not_whole``, ``funding_source_unknown`` (source),
    ``funding_month_issued``, ``month_already_issued``: what has been issued keeps the support it was issued with.
    """
    refuse_unless_funding(by)
    first = written_month(first_month, field="first_month")
    refuse_unless_whole(parts)
    refuse_issued(first_month, books.issued_months())
    ids = queries.source_ids(list(parts))
    for code in parts:
        if code not in ids:
            raise Refused("funding_source_unknown", source=code)
    # an issue of this very moment meets us at a month's row
    ledger.keep_open_since(day=date(first.year, first.number, 1), now=now)
    Funding.objects.filter(pool=pool, first_month=first_month).delete()
    row = Funding.objects.create(pool_id=pool, first_month=first_month, set_by_id=by.person, set_at=now)
    FundingPart.objects.bulk_create(
        FundingPart(funding=row, source_id=ids[code], permille=permille) for code, permille in parts.items()
    )
    record(by=by, now=now, did="funding.set", kind="pool", subject=pool, first_month=first_month, parts=dict(parts))
    return row


@action
def keep_year_open(*, year: int) -> None:
    """For what bears on a fiscal year: refuses ``year_settled`` (year), else bumps the year, so that a settlement of
    this very moment meets it at the year's row.
    """
    FiscalYear.objects.get_or_create(year=year)
    if not FiscalYear.objects.filter(year=year, settled_at__isnull=True).update(version=F("version") + 1):
        raise Refused("year_settled", year=str(year))


@action
def close_year(*, now: datetime, year: int) -> None:
    """Closes a fiscal year for good; refuses ``year_settled`` where it is closed already."""
    keep_year_open(year=year)
    FiscalYear.objects.filter(year=year).update(settled_at=now)


def own_source(now: datetime) -> int:
    """The id of the body's own funds, noted when first needed."""
    row = FundingSource.objects.filter(code=OWN).first()
    if row is None:
        names = {f"name_{language}": _own_name(language) for language in ("ko", "en")}
        row = FundingSource.objects.create(code=OWN, kind=SourceKind.OWN, created_at=now, **names)
    return row.pk


def _own_name(language: str) -> str:
    with override(language):
        return gettext("Own funds")
