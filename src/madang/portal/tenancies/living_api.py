"""The API of living in the camp: residents and visitors, monthly reports, requests for repair."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.camp import queries as camp
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Comment, Day, Id, Month, Version, Won
from madang.portal.tenancies import living, looking, queries, reporting, rules, upkeep
from madang.portal.tenancies.rules import Hours, MonthFigures, UpkeepState

router = Router(tags=["tenancies"])
Count = Annotated[int, Field(ge=0, le=rules.COUNT_MOST)]


class ResidentIn(Schema):
    """A member of the tenant with hours: minutes of the day, and days as bits from Monday (1)."""

    person_id: Id
    opens: Annotated[int, Field(ge=0, le=rules.MINUTES_A_DAY)] = 0
    closes: Annotated[int, Field(ge=0, le=rules.MINUTES_A_DAY)] = rules.MINUTES_A_DAY
    weekdays: Annotated[int, Field(ge=1, le=rules.EVERY_DAY)] = rules.EVERY_DAY


class ResidentOut(Schema):
    """Who may come in, for whom, when."""

    id: int
    tenancy_id: int
    name: str = Field(alias="person.name")
    opens: int
    closes: int
    weekdays: int
    from_on: date
    until_on: date | None


class VisitorIn(Schema):
    """Who comes, and on which day."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    on: Day


class MonthReportIn(Schema):
    """A month's figures; `version` is that of the last one that was seen, 0 for none; a correction says why."""

    staff: Count
    revenue_won: Won
    investment_won: Won
    patents: Count
    version: Annotated[int, Field(ge=0, le=10_000)] = 0
    why: Comment = ""


class MonthReportOut(Schema):
    """One version of a month's figures."""

    version: int
    staff: int
    revenue_won: int
    investment_won: int
    patents: int
    why: str
    handed_in_at: datetime


class MonthDutyOut(Schema):
    """A month that is to be reported, with its versions, the last first."""

    month: str
    due_on: date
    versions: list[MonthReportOut]

    @staticmethod
    def resolve_versions(row: Any) -> list[Any]:
        return list(row.versions.all())


class UpkeepIn(Schema):
    """What has to be mended, in which space if it is in one."""

    what: Annotated[str, Field(min_length=1, max_length=rules.WHAT)]
    words: Annotated[str, Field(min_length=1, max_length=rules.REASON)]
    space: Code | None = None


class UpkeepOut(Schema):
    """A request for repair and how far it is."""

    id: int
    tenancy_id: int
    what: str
    state: UpkeepState
    asked_at: datetime
    version: int


class UpkeepMoveIn(Schema):
    """To which state, with an answer."""

    to: UpkeepState
    words: Comment = ""
    version: Version


def seen(request: HttpRequest, tenancy: int) -> Any:
    """A tenancy that the actor may see; that somebody else than its tenant read it is noted."""
    row = one(queries.tenancies(request.actor), pk=tenancy)
    read(by=request.actor, now=request.now, what="view", kind="tenancy", subject=tenancy,
         organisation=row.organisation_id)  # fmt: skip
    return row


def spaces_of(codes: list[str]) -> list[int]:
    """Spaces by code. Refused: ``tenancy_spaces_wrong``."""
    found = list(camp.spaces().filter(code__in=codes).values_list("pk", flat=True))
    if len(found) != len(set(codes)):
        raise Refused("tenancy_spaces_wrong", field="spaces")
    return found


@router.get("/tenancies/{tenancy}/residents", response=list[ResidentOut], operation_id="list_residents")
@paginate
def list_residents(request: HttpRequest, tenancy: Id) -> Any:
    """Residents of a tenancy."""
    return looking.residents(seen(request, tenancy).pk)


@router.post("/tenancies/{tenancy}/residents", response={201: ResidentOut}, operation_id="add_resident")
def add_resident(request: HttpRequest, tenancy: Id, given: ResidentIn) -> Any:
    """Makes a member of the tenant a resident."""
    seen(request, tenancy)
    hours = Hours(given.opens, given.closes, given.weekdays)
    act = {"tenancy": tenancy, "person": given.person_id, "hours": hours}
    return Status(201, living.let_in(by=request.actor, now=request.now, **act))


@router.get("/camp/access", response=list[ResidentOut], operation_id="list_camp_access")
@known_to(*READING_ROLES)
@paginate
def list_camp_access(request: HttpRequest, day: Day | None = None) -> Any:
    """Who may come in on a day, today if none is given; for the door's own system."""
    when = day or queries.today(request.now)
    read(by=request.actor, now=request.now, what="search", kind="resident", subject=when.isoformat())
    return looking.may_come_in(request.actor, when)


@router.post("/tenancies/{tenancy}/visitors", response={201: Id}, operation_id="announce_visitor")
def announce_visitor(request: HttpRequest, tenancy: Id, given: VisitorIn) -> Any:
    """A resident announces somebody for a day; answers the announcement's number."""
    seen(request, tenancy)
    return Status(201, living.announce(by=request.actor, now=request.now, tenancy=tenancy, **given.dict()).pk)


@router.get("/tenancies/{tenancy}/reports", response=list[MonthDutyOut], operation_id="list_month_reports")
@paginate
def list_month_reports(request: HttpRequest, tenancy: Id) -> Any:
    """Months to be reported, the newest first."""
    return looking.duties(seen(request, tenancy).pk)


@router.post(
    "/tenancies/{tenancy}/reports/{month}", response={201: MonthReportOut}, operation_id="hand_in_month_report"
)
def hand_in_month_report(request: HttpRequest, tenancy: Id, month: Month, given: MonthReportIn) -> Any:
    """Hands a month's figures in, or corrects them by a further version."""
    seen(request, tenancy)
    figures = MonthFigures(**{name: getattr(given, name) for name in MonthFigures.__dataclass_fields__})
    act = {"tenancy": tenancy, "month": month, "figures": figures, "version": given.version, "why": given.why}
    return Status(201, reporting.hand_in(by=request.actor, now=request.now, **act))


@router.get("/upkeep-requests", response=list[UpkeepOut], operation_id="list_upkeep_requests")
@paginate
def list_upkeep_requests(request: HttpRequest, state: UpkeepState | None = None) -> Any:
    """Requests for repair, the oldest first: of one's organisations; all of them for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="upkeep", subject=state or "all")
    return looking.requests(request.actor, state or "")


@router.post("/tenancies/{tenancy}/requests", response={201: UpkeepOut}, operation_id="ask_upkeep")
def ask_upkeep(request: HttpRequest, tenancy: Id, given: UpkeepIn) -> Any:
    """Asks for something to be mended."""
    seen(request, tenancy)
    (space,) = spaces_of([given.space]) if given.space else (None,)
    act = {"tenancy": tenancy, "what": given.what, "words": given.words, "space": space}
    return Status(201, upkeep.ask(by=request.actor, now=request.now, **act))


@router.post("/upkeep-requests/{request_id}/moves", response=UpkeepOut, operation_id="move_upkeep")
def move_upkeep(request: HttpRequest, request_id: Id, given: UpkeepMoveIn) -> Any:
    """Moves a request on: seen, being worked on, done; confirmed or reopened by the tenant."""
    row = one(looking.requests(request.actor), pk=request_id)
    read(by=request.actor, now=request.now, what="view", kind="upkeep", subject=row.pk,
         organisation=row.tenancy.organisation_id)  # fmt: skip
    upkeep.move(by=request.actor, now=request.now, request=row.pk, **given.dict())
    return one(looking.requests(request.actor), pk=request_id)
