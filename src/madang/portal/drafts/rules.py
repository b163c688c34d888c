"""A call as its drafters write it: values, edits of one part, and what is missing before it can be published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from madang.errors import Refused
from madang.portal.calls.rules import ConflictRules, Dates, EligibilityKind
from madang.portal.prices.rules import Stacking
from madang.review.scores import Rule as ScoreRule

# The parameter that a kind of rule cannot do without.
PARAMETER = {
    EligibilityKind.ORGANISATION_KIND: "kinds",
    EligibilityKind.REGION: "regions",
    EligibilityKind.AGE_AT_MOST: "years",
    EligibilityKind.RUNNING_AWARDS_AT_MOST: "awards",
}


@dataclass(frozen=True)
class IntakeDraft:
    """One intake's dates, how many days a selected applicant has to accept, and anyone to object to a decision."""

    opens_at: datetime
    closes_at: datetime
    review_due_at: datetime
    decision_due_at: datetime
    accept_days: int = 7
    objection_days: int = 30

    @property
    def dates(self) -> Dates:
        return Dates(self.opens_at, self.closes_at, self.review_due_at, self.decision_due_at)


@dataclass(frozen=True)
class ProductOffer:
    """A product by its code, and the least and most of it that one application may ask for."""

    product: str
    minimum: int
    maximum: int


@dataclass(frozen=True)
class CriterionDraft:
    code: str
    title_ko: str
    title_en: str
    points: int
    minimum_points: int = 0
    required: bool = True
    anchors_ko: str = ""
    anchors_en: str = ""


@dataclass(frozen=True)
class SectionDraft:
    code: str
    title_ko: str
    title_en: str
    max_characters: int
    guidance_ko: str = ""
    guidance_en: str = ""
    required: bool = True


@dataclass(frozen=True)
class RuleDraft:
    """An eligibility rule; `parameters` by kind as `EligibilityKind` says."""

    kind: str
    reference_date: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EvidenceDraft:
    code: str
    title_ko: str
    title_en: str
    issuer_ko: str
    issuer_en: str
    max_age_days: int | None = None
    required: bool = True


@dataclass(frozen=True)
class BonusDraft:
    """Points for what a paper proves; `evidence` is the code of one of the track's papers."""

    code: str
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    points: int
    evidence: str


@dataclass(frozen=True)
class ConsentAsked:
    """A version of a consent text, by code."""

    code: str
    version: int
    required: bool = True


Entry = ProductOffer | CriterionDraft | SectionDraft | RuleDraft | EvidenceDraft | BonusDraft | ConsentAsked


@dataclass(frozen=True)
class TrackDraft:
    """A track with all its parts; months are written YYYY-MM, `last_month` is the last one awarded."""

    code: str
    title_ko: str
    title_en: str
    first_month: str
    last_month: str
    guidance_ko: str = ""
    guidance_en: str = ""
    minimum_months: int = 1
    minimum_total_milli: int = 0
    stacking: str = Stacking.BEST
    reviews_wanted: int = 3
    conflict_rules: str = ConflictRules.KOREAN
    score_rule: str = ScoreRule.MEAN
    document_weight: int = 1
    presentation_weight: int = 0
    on_site_weight: int = 0
    quorum_percent: int = 50
    bonus_most: int = 0
    penalty_most: int = 0
    peer_groups: int = 0
    grace_days: int = 0
    claims_most: int = 0
    consensus: bool = False
    halves: bool = False
    products: tuple[ProductOffer, ...] = ()
    criteria: tuple[CriterionDraft, ...] = ()
    sections: tuple[SectionDraft, ...] = ()
    rules: tuple[RuleDraft, ...] = ()
    evidence: tuple[EvidenceDraft, ...] = ()
    bonuses: tuple[BonusDraft, ...] = ()
    consents: tuple[ConsentAsked, ...] = ()

    @property
    def points(self) -> int:
        """The most that a review can give."""
        return sum(criterion.points for criterion in self.criteria)


@dataclass(frozen=True)
class CallDraft:
    """A call with its intakes and tracks, in order."""

    code: str
    kind: str
    title_ko: str
    title_en: str
    summary_ko: str
    summary_en: str
    intakes: tuple[IntakeDraft, ...] = ()
    tracks: tuple[TrackDraft, ...] = ()
    blind: bool = False


MOST_PEER_REVIEWS = 5


def check_peers(track: TrackDraft) -> None:
    """Where applicants review each other: up to five each, in two groups or more, and nobody beside them.

    Refused: "peer_groups_too_few", "peer_reviews_too_many", "peers_beside_committee", "grace_without_peers".
    """
    if not track.peer_groups:
        if track.grace_days:
            raise Refused("grace_without_peers", field="grace_days")
        return
    if track.peer_groups < 2:
        raise Refused("peer_groups_too_few", field="peer_groups")
    if track.reviews_wanted > MOST_PEER_REVIEWS:
        raise Refused("peer_reviews_too_many", most=MOST_PEER_REVIEWS, field="reviews_wanted")
    beside = (track.presentation_weight, track.on_site_weight, track.bonus_most, track.penalty_most, track.consensus)
    if any(beside):
        raise Refused("peers_beside_committee", field="peer_groups")


PARTS = ("products", "criteria", "sections", "rules", "evidence", "bonuses", "consents")
_KEYS = {"products": "product", "rules": "kind"}


def key_of(part: str, entry: Entry) -> str:
    """By what an entry of a part is known within its track."""
    return str(getattr(entry, _KEYS.get(part, "code")))


def with_entry(track: TrackDraft, part: str, entry: Entry, instead_of: str | None = None) -> TrackDraft:
    """The track with one entry added at the end, or put in the place of the one known as `instead_of`."""
    entries: tuple[Entry, ...] = getattr(track, part)
    known = [key_of(part, present) for present in entries]
    own = key_of(part, entry)
    if own in known and own != instead_of:
        raise Refused("entry_twice", entry=own)
    if instead_of is None:
        return replace(track, **{part: (*entries, entry)})
    if instead_of not in known:
        raise Refused("entry_gone", entry=instead_of)
    place = known.index(instead_of)
    return replace(track, **{part: (*entries[:place], entry, *entries[place + 1 :])})


def without_entry(track: TrackDraft, part: str, key: str) -> TrackDraft:
    """The track without the entry known as `key`; no change where there is none."""
    return replace(track, **{part: tuple(entry for entry in getattr(track, part) if key_of(part, entry) != key)})


def moved_up(track: TrackDraft, part: str, key: str) -> TrackDraft:
    """The track with an entry one place further up."""
    entries: list[Entry] = list(getattr(track, part))
    place = next((at for at, entry in enumerate(entries) if key_of(part, entry) == key), 0)
    if place:
        entries[place - 1], entries[place] = entries[place], entries[place - 1]
    return replace(track, **{part: tuple(entries)})


def faults(call: CallDraft, now: datetime) -> list[Refused]:
    """All that keeps a call from being published, in the order of filling in; empty when it is whole."""
    found = []
    if not (call.title_ko.strip() and call.title_en.strip()):
        found.append(Refused("call_title_missing"))
    if not (call.summary_ko.strip() and call.summary_en.strip()):
        found.append(Refused("call_summary_missing"))
    found += _intake_faults(call.intakes, now)
    if not call.tracks:
        found.append(Refused("call_without_track"))
    return found + [fault for track in call.tracks for fault in _track_faults(track)]


def _intake_faults(intakes: tuple[IntakeDraft, ...], now: datetime) -> Iterator[Refused]:
    if not intakes:
        yield Refused("call_without_intake")
    for number, intake in enumerate(intakes, start=1):
        if not intake.dates.in_order:
            yield Refused("intake_dates_out_of_order", number=number)
        if intake.closes_at <= now:
            yield Refused("intake_already_over", number=number)
    for number, (earlier, later) in enumerate(pairwise(intakes), start=1):
        if later.opens_at < earlier.closes_at:
            yield Refused("intakes_overlap", number=number, later=number + 1)


def _track_faults(track: TrackDraft) -> Iterator[Refused]:
    name = track.code
    if not (track.title_ko.strip() and track.title_en.strip()):
        yield Refused("track_title_missing", track=name)
    if track.last_month < track.first_month:
        yield Refused("track_months_out_of_order", track=name)
    if not track.products:
        yield Refused("track_without_product", track=name)
    if not track.criteria:
        yield Refused("track_without_criterion", track=name)
    elif not any(criterion.required for criterion in track.criteria):
        yield Refused("track_without_required_criterion", track=name)
    elif track.minimum_total_milli > track.points * 1000:
        yield Refused("track_minimum_above_points", track=name, points=track.points)
    for part in ("criteria", "sections", "evidence", "bonuses"):
        for entry in getattr(track, part):
            if not (entry.title_ko.strip() and entry.title_en.strip()):
                yield Refused("entry_title_missing", track=name, entry=entry.code)
    for criterion in track.criteria:
        if criterion.minimum_points and not criterion.required:
            yield Refused("optional_criterion_with_minimum", track=name, entry=criterion.code)
    yield from _bonus_faults(track)
    for rule in track.rules:
        needed = PARAMETER.get(EligibilityKind(rule.kind))
        if needed and rule.parameters.get(needed) in (None, [], ""):
            yield Refused("rule_without_parameter", track=name)


def _bonus_faults(track: TrackDraft) -> Iterator[Refused]:
    """A bonus rests on one of the track's papers, which need not be handed in without it, and has a cap above it."""
    papers = {paper.code: paper for paper in track.evidence}
    for bonus in track.bonuses:
        if bonus.evidence not in papers:
            yield Refused("bonus_without_paper", track=track.code, entry=bonus.code)
        elif papers[bonus.evidence].required:
            yield Refused("bonus_paper_required", track=track.code, entry=bonus.code)
    if track.bonuses and not track.claims_most:
        yield Refused("bonus_without_cap", track=track.code)
    if track.consensus and not track.document_weight:
        yield Refused("consensus_without_documents", track=track.code)
