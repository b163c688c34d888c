"""What an application must hold, what may be asked for, which papers are good, and how a submission is written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.calls.rules import Dates, accepts
from madang.portal.people.rules import OrganisationKind
from madang.values import Month


class ApplicationState(StrEnum):
    """`draft` was never submitted; `reopened` was submitted and is being edited, its last submission stays in force."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class CheckStage(StrEnum):
    SUBMISSION = "submission"
    AWARD = "award"


EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.REOPENED})
WITHDRAWABLE = EDITABLE | {ApplicationState.SUBMITTED, ApplicationState.ELIGIBLE}
WITH_DEPARTMENTS = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.RESEARCH_INSTITUTE})
SCREENING = frozenset({Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER})
LONGEST_TEXT = 100_000
ABOUT_TO_LAPSE = timedelta(days=7)


class PaperState(StrEnum):
    """How a paper that is asked for stands: judged as of the deadline."""

    GIVEN = "given"
    LAPSING = "lapsing"
    STALE = "stale"
    UNDATED = "undated"
    MISSING = "missing"


@dataclass(frozen=True)
class Offer:
    """What a track lets one application ask of a product, and its months; `last_month` is the last one awarded."""

    minimum: int
    maximum: int
    first_month: str
    last_month: str
    minimum_months: int


@dataclass(frozen=True)
class AskLine:
    """`quantity` of a product by its code, at least `least`, for `months` from `first_month` (YYYY-MM)."""

    product: str
    quantity: int
    least: int
    first_month: str
    months: int


@dataclass(frozen=True)
class SectionNeed:
    """A written part by its code, with its greatest length in characters."""

    code: str
    max_characters: int
    required: bool


@dataclass(frozen=True)
class PaperNeed:
    """A paper by its code; `max_age_days` counts back from the deadline."""

    code: str
    max_age_days: int | None
    required: bool


@dataclass(frozen=True)
class Paper:
    """A paper as handed in: which one it is, when it was issued, until when it says it holds."""

    code: str
    issued_on: date | None
    valid_until: date | None = None


@dataclass(frozen=True)
class Content:
    """What a draft holds, as far as it can be incomplete."""

    title: str
    sections: Mapping[str, str]
    asks: Sequence[AskLine]
    papers: Sequence[Paper]
    accepted: frozenset[str]
    claims: Sequence[str] = ()


@dataclass(frozen=True)
class Needs:
    """What a track asks for; `consents` are the codes of the required texts, `bonuses` name the paper of each claim."""

    sections: Sequence[SectionNeed]
    offers: Mapping[str, Offer]
    papers: Sequence[PaperNeed]
    consents: Sequence[str]
    bonuses: Mapping[str, str] = field(default_factory=dict)


def check_member(by: Actor, organisation: int) -> None:
    """Only the organisation's own members write its applications; staff and auditors read."""
    if not by.member_of(organisation):
        raise Refused("not_allowed_for_role")


def check_open(state: str, dates: Dates, now: datetime, *, published: bool) -> None:
    """Refuses outside [opens_at, closes_at), judged at the instant at which the request arrived."""
    if accepts(state, dates, now, published=published):
        return
    if now < dates.opens_at:
        raise Refused("intake_not_open", opens_at=dates.opens_at)
    raise Refused("intake_closed", closes_at=dates.closes_at)


def check_texts(title: str, sections: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """The texts as they are kept: known parts only, line ends as one. Refuses what no part could ever hold."""
    kept = {code: text.replace("\r\n", "\n") for code, text in sections.items() if code in set(known)}
    if len(title) > 160:
        raise Refused("title_too_long", field="title")
    for code, text in kept.items():
        if len(text) > LONGEST_TEXT:
            raise Refused("text_too_long", section=code, limit=LONGEST_TEXT)
    return kept


def check_ask(ask: AskLine, offer: Offer | None) -> None:
    """Refuses an ask outside what the track offers."""
    if offer is None:
        raise Refused("product_not_offered", product=ask.product)
    if not offer.minimum <= ask.quantity <= offer.maximum:
        raise Refused("ask_out_of_range", product=ask.product, minimum=offer.minimum, maximum=offer.maximum)
    if not 1 <= ask.least <= ask.quantity:
        raise Refused("ask_least_out_of_range", product=ask.product, quantity=ask.quantity)
    try:
        first = Month.parse(ask.first_month)
    except ValueError as error:
        raise Refused("month_wrong", given=ask.first_month) from error
    window = (Month.parse(offer.first_month), Month.parse(offer.last_month))
    if ask.months < 1 or first < window[0] or first.plus(max(ask.months, 1) - 1) > window[1]:
        raise Refused("ask_outside_months", product=ask.product, first=offer.first_month, last=offer.last_month)
    if ask.months < offer.minimum_months:
        raise Refused("ask_too_short", product=ask.product, months=offer.minimum_months)


def paper_state(need: PaperNeed, papers: Iterable[Paper], deadline: date) -> PaperState:
    """How a paper stands on the day of the deadline; of several the best counts."""
    found = [_one_paper(need, paper, deadline) for paper in papers if paper.code == need.code]
    return min(found, key=list(PaperState).index, default=PaperState.MISSING)


def _one_paper(need: PaperNeed, paper: Paper, deadline: date) -> PaperState:
    ends = [paper.valid_until] if paper.valid_until else []
    if need.max_age_days is not None:
        if paper.issued_on is None:
            return PaperState.UNDATED
        ends.append(paper.issued_on + timedelta(days=need.max_age_days))
    last = min(ends, default=None)
    if last is None or last >= deadline + ABOUT_TO_LAPSE:
        return PaperState.GIVEN
    return PaperState.LAPSING if last >= deadline else PaperState.STALE


def gaps(content: Content, needs: Needs, deadline: date) -> list[Refused]:
    """All that keeps a draft from being submitted, in the order of the form; empty when it is whole."""
    found = [] if content.title.strip() else [Refused("title_missing")]
    for part in needs.sections:
        text = content.sections.get(part.code, "")
        if part.required and not text.strip():
            found.append(Refused("section_missing", section=part.code))
        if len(text) > part.max_characters:
            found.append(
                Refused("section_too_long", section=part.code, characters=len(text), limit=part.max_characters)
            )
    if not content.asks:
        found.append(Refused("ask_missing"))
    for ask in content.asks:
        try:
            check_ask(ask, needs.offers.get(ask.product))
        except Refused as refused:
            found.append(refused)
    for paper in needs.papers:
        state = paper_state(paper, content.papers, deadline)
        if state is PaperState.MISSING and paper.required:
            found.append(Refused("paper_missing", paper=paper.code))
        elif state in {PaperState.STALE, PaperState.UNDATED}:
            found.append(Refused(f"paper_{state}", paper=paper.code))
    handed_in = {paper.code for paper in content.papers}
    for code in content.claims:
        if needs.bonuses.get(code, "") not in handed_in:
            found.append(Refused("bonus_paper_missing", bonus=code, paper=needs.bonuses.get(code, "")))
    found += [Refused("consent_missing", consent=code) for code in needs.consents if code not in content.accepted]
    return found


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way a submission is written for hashing: JSON, sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of a submission's canonical content."""
    return hashlib.sha256(canonical(content)).hexdigest()


def receipt_number(call: str, intake: int, receipt: int) -> str:
    """The number on a receipt: call, intake, and a count within the intake."""
    return f"{call.upper()}-{intake}-{receipt:05d}"
