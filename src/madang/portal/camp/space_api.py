"""The API of the house: its spaces with what is free on a day, a sheet of them, and notices."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.camp import actions, exports, queries, rules
from madang.portal.camp.rules import NoticeText, Space, SpaceKind, SpaceState
from madang.portal.faces import known_to, one
from madang.portal.files import tables
from madang.portal.schemas import Code, Day, Id

router = Router(tags=["camp"])
Text = Annotated[str, Field(min_length=1, max_length=rules.TEXT)]
Title = Annotated[str, Field(min_length=1, max_length=rules.TITLE)]
Step = Annotated[int, Field(ge=0, le=rules.PLAN_MOST)]
CampName = Annotated[str, Field(min_length=1, max_length=rules.NAME)]


class CampSpaceIn(Schema):
    """A space with its rectangle in steps of the plan; `version` 0 adds a new one."""

    name_ko: CampName
    name_en: CampName
    kind: SpaceKind
    floor: Annotated[int, Field(ge=rules.FLOOR_LEAST, le=rules.FLOOR_MOST)]
    x: Step
    y: Step
    width: Step
    height: Step
    people: Annotated[int, Field(ge=1, le=rules.PEOPLE_MOST)] = 1
    facility: Annotated[str, Field(max_length=30)] = ""
    state: SpaceState = SpaceState.IN_USE
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0

    def space(self, code: str) -> Space:
        """The same as the actions take it."""
        return Space(code=code, **self.dict(exclude={"state", "version"}))


class CampSpaceOut(Schema):
    """A space; on the day that was asked for `free` says whether it can be let, and `free_until` until before when."""

    code: str
    name_ko: str
    name_en: str
    kind: SpaceKind
    floor: int
    x: int
    y: int
    width: int
    height: int
    people: int
    state: SpaceState
    version: int
    facility: str | None = None
    free: bool
    free_until: date | None


class HouseNoticeIn(Schema):
    """A notice in both languages on its days, the last one counted."""

    title_ko: Title
    title_en: Title
    text_ko: Text
    text_en: Text
    from_on: Day
    until_on: Day


class HouseNoticeOut(HouseNoticeIn):
    """The same with when it was taken down."""

    id: int
    taken_down_at: datetime | None


class CampSheetOut(Schema):
    """What a sheet came to; `faults` name row, column and what is wrong."""

    dry_run: bool
    rows: int
    faults: list[dict[str, Any]]


@router.get("/camp/spaces", response=list[CampSpaceOut], operation_id="list_camp_spaces", auth=token_or_none)
@paginate
def list_camp_spaces(request: HttpRequest, day: Day | None = None, floor: int | None = None) -> Any:
    """Every space with whether it is free on a day, today if none is given."""
    when = day or queries.today(request.now)
    taken = queries.taken_from(when)
    return [_space(row, taken.get(row.pk), when) for row in queries.spaces() if floor in (None, row.floor)]


def _space(row: Any, first: date | None, day: date) -> dict[str, Any]:
    given = vars(queries.space_of(row)) | {"state": row.state, "version": row.version}
    free = row.kind in rules.LET and row.state == SpaceState.IN_USE and first != day
    return given | {"facility": given["facility"] or None, "free": free, "free_until": first if free else None}


@router.put("/camp/spaces/{code}", response=CampSpaceOut, operation_id="put_camp_space")
@known_to(*READING_ROLES)
def put_camp_space(request: HttpRequest, code: Code, given: CampSpaceIn) -> Any:
    """Draws a space (`version` 0), or changes the one with this code."""
    act: dict[str, Any] = {"by": request.actor, "now": request.now, "given": given.space(code)}
    if given.version:
        row = one(queries.spaces(), code=code)
        actions.change_space(space=row.pk, version=given.version, state=given.state, **act)
    else:
        actions.add_space(**act)
    day = queries.today(request.now)
    row = one(queries.spaces(), code=code)
    return _space(row, queries.taken_from(day).get(row.pk), day)


@router.post("/camp/space-sheets", response={201: CampSheetOut}, operation_id="bring_in_camp_spaces")
@known_to(*READING_ROLES)
def bring_in_camp_spaces(
    request: HttpRequest,
    file: UploadedFile = File(...),  # noqa: B008
    dry_run: bool = Form(False),
) -> Any:
    """Takes a sheet (XLSX or CSV) over, all of it or nothing; a code that is there is changed."""
    rules.refuse_unless_keeper(request.actor)
    found = exports.read(tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks()))
    if not dry_run:
        if found.faults:
            raise Refused("spaces_have_faults", rows=len(found.faults))
        actions.bring_in(by=request.actor, now=request.now, listed=[given for _place, given in found.listed])
    faults = [
        {"row": fault.place, "column": fault.column, "code": fault.code,
         "detail": refusals.sentence(Refused(fault.code, **fault.facts))}
        for fault in found.faults
    ]  # fmt: skip
    return Status(201, {"dry_run": dry_run, "rows": len(found.listed), "faults": faults})


@router.get("/camp/notices", response=list[HouseNoticeOut], operation_id="list_house_notices")
@known_to(*READING_ROLES)
@paginate
def list_house_notices(request: HttpRequest) -> Any:
    """Every notice, the newest first."""
    return queries.notices(request.actor)


@router.post("/camp/notices", response={201: HouseNoticeOut}, operation_id="put_up_house_notice")
@known_to(*READING_ROLES)
def put_up_house_notice(request: HttpRequest, given: HouseNoticeIn) -> Any:
    """Puts a notice up for the tenants."""
    return Status(201, actions.put_up(by=request.actor, now=request.now, given=NoticeText(**given.dict())))


@router.delete("/camp/notices/{notice}", response={204: None}, operation_id="take_down_house_notice")
@known_to(*READING_ROLES)
def take_down_house_notice(request: HttpRequest, notice: Id) -> Any:
    """Takes a notice down before its last day."""
    actions.take_down(by=request.actor, now=request.now, notice=one(queries.notices(request.actor), pk=notice).pk)
    return Status(204, None)
