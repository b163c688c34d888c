"""A call as its page shows it: rules in words, products with their price, intakes with the state of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from madang.portal.actors import Actor
from madang.portal.calls import queries
from madang.portal.calls.sentences import SCORE_RULES, STACKING, STEPS
from madang.portal.calls.texts import field_label, shown
from madang.portal.conflicts import showing as conflicts
from madang.portal.eligibility import queries as eligibility
from madang.portal.eligibility import texts
from madang.portal.eligibility.rules import NOT_BANNED
from madang.portal.eligibility.texts import Line
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import kind_for
from madang.values import Month, divide_half_up


@dataclass(frozen=True)
class ShownDiscount:
    """A discount and the price that it leaves, in won."""

    discount: Any
    price: int


@dataclass(frozen=True)
class ShownProduct:
    """A product on offer with the price that holds when the track begins; None where no price is set yet."""

    offer: Any
    price: int | None
    reference: int | None
    by_month: bool
    discounts: list[ShownDiscount]


@dataclass(frozen=True)
class ShownTrack:
    """A track with everything in words."""

    track: Any
    products: list[ShownProduct]
    rules: list[Line]
    always: Line
    points: int
    stacking: str
    conflicts: list[tuple[str, str]]
    score_rule: str
    steps: list[tuple[str, int]]
    weights: int


@dataclass(frozen=True)
class ShownIntake:
    """An intake with the state that people are shown, and whether applications are taken now."""

    intake: Any
    state: str
    accepting: bool


def tracks(call: Any, by: Actor) -> list[ShownTrack]:
    """The tracks of a call from `queries.whole`. Six queries, however many tracks."""
    rows = list(call.tracks.all())
    tariffs = list(prices.approved(offer.product_id for track in rows for offer in track.products.all()))
    discounts = list(prices.discounts(by))
    regions, names = eligibility.regions(), eligibility.region_names()
    intakes, barring = list(call.intakes.all()), conflicts.of_tracks(rows)
    return [
        ShownTrack(
            track=track,
            products=[_product(offer, tariffs, discounts, _first_day(track)) for offer in track.products.all()],
            rules=[
                texts.asked(rule, _day(rule, call, intakes), regions, names)
                for rule in map(eligibility.rule_of, track.eligibility_rules.all())
            ],
            always=texts.asked(NOT_BANNED, None, regions, names),
            points=sum(criterion.points for criterion in track.criteria.all()),
            stacking=STACKING[track.stacking],
            conflicts=barring[track.pk],
            score_rule=SCORE_RULES[track.score_rule],
            steps=_steps(track),
            weights=track.document_weight + track.presentation_weight + track.on_site_weight,
        )
        for track in rows
    ]


def _steps(track: Any) -> list[tuple[str, int]]:
    """The review's steps with their weights in the score; none where there are only documents."""
    found = [(words, getattr(track, f"{step}_weight")) for step, words in STEPS.items()]
    return [one for one in found if one[1]] if track.presentation_weight or track.on_site_weight else []


def intakes(call: Any, now: datetime) -> list[ShownIntake]:
    """The intakes of a call with their states of the moment."""
    return [
        ShownIntake(intake, queries.shown_state(intake, now), _accepting(call, intake, now))
        for intake in call.intakes.all()
    ]


def corrections(call: Any) -> list[tuple[Any, str, str, str]]:
    """Each correction notice with its field, old and new value in words."""
    return [
        (notice, field_label(notice.field), shown(notice.field, notice.old), shown(notice.field, notice.new))
        for notice in call.corrections.all()
    ]


def _accepting(call: Any, intake: Any, now: datetime) -> bool:
    return bool(call.state == "published" and queries.shown_state(intake, now) == "open")


def _first_day(track: Any) -> date:
    return Month.parse(track.first_month).period(settings.MADANG_ZONE).start.astimezone(settings.MADANG_ZONE).date()


def _day(rule: Any, call: Any, rows: list[Any]) -> date | None:
    """The reference day where there is one for the whole call: announced, or a single intake's deadline."""
    if rule.reference_date == "announcement":
        return eligibility.local_day(call.published_at) if call.published_at else None
    if len(rows) != 1 or rule.reference_date == "award":
        return None
    intake = rows[0]
    intake.call = call
    return eligibility.day_of(rule, intake, intake.decision_due_at)


def _product(offer: Any, tariffs: list[Any], discounts: list[Any], day: date) -> ShownProduct:
    kind = kind_for(offer.product.grain)
    found = [
        row
        for row in tariffs
        if row.product_id == offer.product_id
        and row.kind == kind
        and row.starts_on <= day
        and (row.ends_on is None or day < row.ends_on)
    ]
    by_month = offer.product.grain == "month"
    if not found:
        return ShownProduct(offer, None, None, by_month, [])
    tariff = max(found, key=lambda row: row.starts_on)
    open_then = [row for row in discounts if row.starts_on <= day and (row.ends_on is None or day < row.ends_on)]
    left = [ShownDiscount(row, divide_half_up(tariff.price * (1000 - row.permille), 1000)) for row in open_then]
    return ShownProduct(offer, tariff.price, tariff.reference_price, by_month, left)
