"""A call as one document: its intakes and tracks with all their parts, as the API takes and gives it."""

from ninja import Field, Schema

from madang.portal.calls.rules import CallKind, ConflictRules, EligibilityKind, ReferenceDate
from madang.portal.prices.rules import Stacking
from madang.portal.schemas import Code, Instant, Month
from madang.review.scores import Rule as ScoreRule

SMALL, LARGE = 32_767, 2**31 - 1
MOST = 1000


class IntakePart(Schema):
    """An intake's dates, to the minute, and how many days there are to accept an award and to object."""

    opens_at: Instant
    closes_at: Instant
    review_due_at: Instant
    decision_due_at: Instant
    accept_days: int = Field(7, ge=0, le=SMALL)
    objection_days: int = Field(30, ge=0, le=SMALL)


class OfferPart(Schema):
    """A product by its code, with the least and the most that one application may ask for."""

    product: Code
    minimum: int = Field(1, ge=1, le=LARGE)
    maximum: int = Field(ge=1, le=LARGE)


class CriterionPart(Schema):
    """One line of the scoring table."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    points: int = Field(ge=1, le=SMALL)
    minimum_points: int = Field(0, ge=0, le=SMALL)
    required: bool = True
    anchors_ko: str = Field("", max_length=2000)
    anchors_en: str = Field("", max_length=2000)


class SectionPart(Schema):
    """One written part of the plan."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    max_characters: int = Field(ge=0, le=LARGE)
    guidance_ko: str = ""
    guidance_en: str = ""
    required: bool = True


class ParametersPart(Schema):
    """What a rule compares with; each kind of rule takes one of these at most."""

    kinds: list[Code] | None = None
    regions: list[Code] | None = None
    years: int | None = Field(None, ge=1, le=100)
    awards: int | None = Field(None, ge=0, le=100)


class RulePart(Schema):
    """An eligibility rule and the day as of which it is judged."""

    kind: EligibilityKind
    reference_date: ReferenceDate
    parameters: ParametersPart = ParametersPart()


class PaperPart(Schema):
    """A paper that applicants hand in."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    issuer_ko: str = Field(max_length=120)
    issuer_en: str = Field(max_length=120)
    max_age_days: int | None = Field(None, ge=0, le=LARGE)
    required: bool = True


class BonusPart(Schema):
    """Points for what one of the track's papers proves, up to the track's cap of claims."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    text_ko: str = Field(max_length=500)
    text_en: str = Field(max_length=500)
    points: int = Field(ge=1, le=SMALL)
    evidence: Code


class ConsentPart(Schema):
    """A version of a consent text, by its code."""

    code: Code
    version: int = Field(ge=1, le=SMALL)
    required: bool = True


class TrackPart(Schema):
    """A track with all its parts; `last_month` is the last one awarded, the minimum is thousandths of a point."""

    code: Code
    title_ko: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    guidance_ko: str = ""
    guidance_en: str = ""
    first_month: Month
    last_month: Month
    minimum_months: int = Field(1, ge=0, le=SMALL)
    minimum_total_milli: int = Field(0, ge=0, le=LARGE)
    stacking: Stacking = Stacking.BEST
    reviews_wanted: int = Field(3, ge=1, le=SMALL)
    conflict_rules: ConflictRules = ConflictRules.KOREAN
    score_rule: ScoreRule = ScoreRule.MEAN
    document_weight: int = Field(1, ge=0, le=100)
    presentation_weight: int = Field(0, ge=0, le=100)
    on_site_weight: int = Field(0, ge=0, le=100)
    quorum_percent: int = Field(50, ge=0, le=99)
    bonus_most: int = Field(0, ge=0, le=SMALL)
    penalty_most: int = Field(0, ge=0, le=SMALL)
    peer_groups: int = Field(0, ge=0, le=10, description="In how many groups applicants review each other; 0: experts.")
    grace_days: int = Field(0, ge=0, le=30, description="How long after the due date applicants may hand in sheets.")
    claims_most: int = Field(0, ge=0, le=SMALL)
    consensus: bool = False
    halves: bool = Field(False, description="Its awards' hours come in two halves, the second after a report.")
    products: list[OfferPart] = Field([], max_length=MOST)
    criteria: list[CriterionPart] = Field([], max_length=MOST)
    sections: list[SectionPart] = Field([], max_length=MOST)
    rules: list[RulePart] = Field([], max_length=MOST)
    papers: list[PaperPart] = Field([], max_length=MOST)
    bonuses: list[BonusPart] = Field([], max_length=MOST)
    consents: list[ConsentPart] = Field([], max_length=MOST)


class CallDocument(Schema):
    """A call with its intakes and tracks in order; `blind`: reviewers do not see who applies."""

    code: str = Field(pattern=r"^[-a-zA-Z0-9_]{1,40}$")
    kind: CallKind
    title_ko: str = Field(max_length=160)
    title_en: str = Field(max_length=160)
    summary_ko: str = ""
    summary_en: str = ""
    blind: bool = False
    intakes: list[IntakePart] = Field([], max_length=MOST)
    tracks: list[TrackPart] = Field([], max_length=MOST)
