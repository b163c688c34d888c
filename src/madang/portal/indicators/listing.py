"""The public list of awards: who was given what, what that is worth, and its title where the applicant agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Min

from madang.accounting.pricing import Stacking, Tariff
from madang.portal.applications.models import Consent
from madang.portal.awards.models import AwardLine
from madang.portal.decisions.models import Decision
from madang.portal.indicators.rules import Row
from madang.portal.prices import queries as prices
from madang.portal.prices import rules
from madang.values import Month, months_from

# the consent under which a title is published; a track asks for it, and who gave it may withdraw it
TITLE_CONSENT = "publish-title"
# the columns that a line of an award has, and where
COLUMNS = {
    "award": "award__number",
    "call": "award__application__intake__call__code",
    "track": "award__application__track__code",
    "organisation": "award__organisation__name",
    "product_code": "product__code",
    "quantity": "quantity",
    "units": "product__units",
    "unit": "product__pool__unit",
    "first_month": "first_month",
    "months": "months",
}
# two lines that agree in these are one row
SAME = ("award", "product_code", "first_month", "months")
_INTAKE, _APPLICATION = "award__application__intake", "award__application"
_MORE = (_INTAKE, _APPLICATION, "product", "product__grain")


def award_list(*, titles: bool = True) -> list[Row]:
    """Every published award that was not declined or lapsed, with what it gives, by number; four queries.

    `titles`: with those that may be published; None for the others. A frozen list has none, since an applicant may
    withdraw what they agreed to.
    """
    lines = AwardLine.objects.filter(award__application__decision__published_at__isnull=False, by_transfer=False)
    lines = lines.exclude(award__state__in=["held", "declined", "lapsed"]).order_by("award__number", "pk")
    found = list(lines.values(*COLUMNS.values(), *_MORE))
    years, tariffs, named = _years(), _tariffs({line["product"] for line in found}), _titles() if titles else {}
    rows: dict[tuple[Any, ...], Row] = {}
    for line in found:
        row = {"year": years[line[_INTAKE]], **{name: line[at] for name, at in COLUMNS.items()}}
        priced = (line["product__grain"], line["quantity"], line["first_month"], line["months"])
        row["award_won"] = _worth(*priced, tariffs.get(line["product"], ()))
        place = tuple(row[name] for name in SAME)
        known = rows.setdefault(place, row)
        if known is not row:
            won = (known["award_won"], row["award_won"])
            known["quantity"] += row["quantity"]
            known["award_won"] = None if None in won else sum(won)
        if titles:
            known["title"] = named.get(line[_APPLICATION])
    return list(rows.values())


def _years() -> dict[int, int]:
    """The year in which each intake's decisions were first published."""
    rows = Decision.objects.filter(published_at__isnull=False).order_by().values("application__intake")
    return {
        row["application__intake"]: row["first"].astimezone(settings.MADANG_ZONE).year
        for row in rows.annotate(first=Min("published_at"))
    }


def _titles() -> dict[int, str]:
    """The titles that applicants agreed to publish, by application."""
    given = Consent.objects.filter(text__code=TITLE_CONSENT, withdrawn_at__isnull=True)
    return dict(given.exclude(application__award=None).values_list("application", "application__award__title"))


def _tariffs(products: Iterable[int]) -> dict[int, tuple[Tariff, ...]]:
    """The approved prices of products, by product."""
    found: dict[int, list[Tariff]] = defaultdict(list)
    for row in prices.approved(products):
        found[row.product_id].append(prices.as_value(row))
    return {product: tuple(values) for product, values in found.items()}


@lru_cache(maxsize=4096)
def _worth(grain: str, quantity: int, first_month: str, months: int, tariffs: tuple[Tariff, ...]) -> int | None:
    """What a line is worth at the market reference price, to the won; None where a day of it has no price."""
    of_kind = [one for one in tariffs if one.kind == rules.kind_for(grain)]
    found = rules.preview(
        product=of_kind[0].product if of_kind else "",
        amounts=rules.amounts_asked(grain, quantity, months_from(Month.parse(first_month), months)),
        tariffs=of_kind,
        discounts=(),
        attributes={},
        stacking=Stacking.BEST,
    )
    return found.total.reference if found.whole else None
