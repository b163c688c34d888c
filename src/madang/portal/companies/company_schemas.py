"""What the API of companies takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema

from madang.portal.companies import rules
from madang.portal.companies.rules import CompanyParticulars, CompanyStage, CompanySupportKind
from madang.portal.companies.sheet import CompanyVerdict
from madang.portal.schemas import Day, Id, Version

Text = Annotated[str, Field(max_length=300)]


class CompanyIn(Schema):
    """What is known of a company."""

    name: Annotated[str, Field(min_length=1, max_length=rules.NAME_LIMIT)]
    name_en: Annotated[str, Field(max_length=rules.NAME_LIMIT)] = ""
    registration_number: Annotated[str, Field(max_length=20)] = ""
    field: Annotated[str, Field(max_length=rules.FIELD_LIMIT)] = ""
    contact: Annotated[str, Field(max_length=rules.CONTACT_LIMIT)] = ""

    def particulars(self) -> CompanyParticulars:
        """The same as the actions take it."""
        return CompanyParticulars(**{name: getattr(self, name) for name in CompanyParticulars.__annotations__})


class NewCompanyIn(CompanyIn):
    """A company with its first contact."""

    on: Day
    evidence: Text


class ChangedCompanyIn(CompanyIn):
    """A company as it is to be; the contact person is left empty where none is known."""

    version: Version


class StageIn(Schema):
    """A stage with its evidence. An office has its number, its address and its people; who has grown, its people."""

    stage: CompanyStage
    on: Day
    evidence: Text
    number: Annotated[str, Field(max_length=20)] = ""
    address: Annotated[str, Field(max_length=rules.ADDRESS_LIMIT)] = ""
    staff: Annotated[int, Field(ge=1, le=rules.STAFF_MOST)] | None = None
    staff_on: Day | None = None
    version: Version


class WithdrawnIn(Schema):
    """Why something is taken back."""

    reason: Text
    version: Version


class NextActionIn(Schema):
    """What comes next, by whom and until when."""

    what: Annotated[str, Field(min_length=1, max_length=rules.STEP_LIMIT)]
    owner: Id
    due: Day
    version: Version


class CompanyNoteIn(Schema):
    """What was said at a meeting."""

    on: Day
    text: Annotated[str, Field(min_length=1, max_length=rules.NOTE_LIMIT)]


class MergeIn(Schema):
    """Into which company."""

    into: Id
    version: Version


class SupportIn(Schema):
    """Support that no table of the centre knows; `value_won` is null where nobody knows its value."""

    kind: CompanySupportKind
    on: Day
    what: Annotated[str, Field(min_length=1, max_length=rules.STEP_LIMIT)]
    value_won: Annotated[int, Field(ge=0, le=10**15)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=rules.EVIDENCE_LIMIT)]


class CompanyOut(Schema):
    """A company as the list has it; `lead`: the company that it became part of."""

    id: int
    name: str
    name_en: str
    registration_number: str | None
    field: str
    stage: CompanyStage
    stage_on: date
    organisation_id: int | None
    next_step: str
    next_owner_id: int | None
    next_due: date | None
    lead_id: int | None
    version: int


class StageOut(Schema):
    """A stage that was reached, or was entered by mistake and taken back (`struck_at`)."""

    id: int
    company_id: int
    stage: CompanyStage
    on: date
    evidence: str
    number: str | None
    address: str | None
    staff: int | None
    staff_on: date | None
    entered_at: datetime
    struck_at: datetime | None

    @staticmethod
    def resolve_address(row: Any) -> str | None:
        return row.premises


class WholeCompanyOut(CompanyOut):
    """One company with the stages of all that are part of it."""

    contact: str
    stages: list[StageOut]


class YearOut(Schema):
    """One year of support; seconds and minutes as metered and checked in to, won of what has a value."""

    year: int
    gpu_seconds: int
    core_seconds: int
    computing_won: int
    machine_minutes: int
    room_minutes: int
    programmes: int
    entered: int
    entered_won: int
    value_won: int


class PassageOut(Schema):
    """From one stage to another; `days` is the lower median."""

    start: CompanyStage
    end: CompanyStage
    started: int
    arrived: int
    days: int | None


class CompaniesProgressOut(Schema):
    """Memoranda and offices, never added up, and the passages between stages."""

    memoranda: int
    offices: int
    offices_now: int
    passages: list[PassageOut]


class CompanyRowOut(Schema):
    """What a row of a list comes to; `perhaps` are the companies that it may be."""

    row: int
    verdict: CompanyVerdict
    company: int | None
    perhaps: list[int]


class CompanyFaultOut(Schema):
    """A row that cannot be used."""

    row: int
    code: str
    detail: str


class CompanyListOut(Schema):
    """What a list came to; with `dry_run` nothing was stored."""

    dry_run: bool
    rows: list[CompanyRowOut]
    faults: list[CompanyFaultOut]
