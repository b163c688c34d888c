"""The API of the catalogue: facilities for everybody; adding, changing and sheets for staff."""

from datetime import date
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.facilities import actions, exports, file_pages, queries
from madang.portal.facilities.rules import (
    FILE_WORDS,
    NUMBER_LIMITS,
    Accessory,
    FacilityField,
    FacilityFileKind,
    FacilityKind,
    FacilityState,
    Particulars,
    SafetyClass,
    SlotGrain,
    Terms,
    refuse_unless_keeper,
)
from madang.portal.fees import actions as fees
from madang.portal.files import tables
from madang.portal.schemas import Code, Day, Id

router = Router(tags=["facilities"])
Short = Annotated[str, Field(max_length=120)]
Long = Annotated[str, Field(max_length=2000)]


def _within(name: str, usual: int) -> Any:
    low, high = NUMBER_LIMITS[name]
    return Field(usual, ge=low, le=high)


class AccessoryIn(Schema):
    """What goes with a facility."""

    name_ko: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str, Field(max_length=80)] = ""
    count: Annotated[int, Field(ge=1, le=10_000)]


class FacilityIn(Schema):
    """A facility with its terms. Opening and closing are minutes of the day; `weekdays` are bits from Monday (1);
    `before`, `after` and `longest` count quarters of an hour, or days where the grain is a day."""

    name_ko: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str, Field(min_length=1, max_length=80)]
    kind: FacilityKind
    field: FacilityField = FacilityField.OTHER
    maker: Short = ""
    model: Short = ""
    specification_ko: Long = ""
    specification_en: Long = ""
    place_ko: Short = ""
    place_en: Short = ""
    safety: SafetyClass = SafetyClass.OPEN
    grain: SlotGrain = SlotGrain.QUARTER
    opens: int = _within("opens", 540)
    closes: int = _within("closes", 1080)
    weekdays: int = _within("weekdays", 31)
    before: int = _within("before", 0)
    after: int = _within("after", 0)
    notice_hours: int = _within("notice_hours", 0)
    ahead_days: int = _within("ahead_days", 90)
    longest: int = _within("longest", 36)
    grace_minutes: int = _within("grace_minutes", 30)
    each_night: int = _within("each_night", 0)
    needs_approval: bool = False
    calibrated_until: Day | None = None
    accessories: Annotated[list[AccessoryIn], Field(max_length=50)] = []
    responsible: Annotated[str, Field(max_length=254, description="E-mail of somebody with an account.")] = ""
    version: Annotated[int, Field(ge=0, le=2**31 - 1, description="As it was read; 0 adds a new one.")] = 0

    def particulars(self, code: str) -> Particulars:
        """The same as the actions take it."""
        given = self.dict(exclude={"version", "accessories"})
        terms = {name: given.pop(name) for name in Terms.__dataclass_fields__}
        accessories = tuple(Accessory(one.name_ko, one.name_en, one.count) for one in self.accessories)
        return Particulars(code=code, accessories=accessories, terms=Terms(**terms), **given)


class AccessoryOut(Schema):
    """What goes with a facility."""

    name_ko: str
    name_en: str
    count: int


class FacilityOut(Schema):
    """A facility as everybody may see it."""

    code: str
    name_ko: str
    name_en: str
    kind: FacilityKind
    field: FacilityField
    maker: str
    model: str
    specification_ko: str
    specification_en: str
    place_ko: str
    place_en: str
    safety: SafetyClass
    grain: SlotGrain
    opens: int
    closes: int
    weekdays: int
    before: int
    after: int
    notice_hours: int
    ahead_days: int
    longest: int
    grace_minutes: int
    each_night: int
    needs_approval: bool
    calibrated_until: date | None
    state: FacilityState
    version: int
    accessories: list[AccessoryOut]

    @staticmethod
    def resolve_accessories(row: Any) -> list[Any]:
        return list(row.accessories.all())


class FacilityFileOut(Schema):
    """A photo or manual of a facility."""

    id: int
    kind: FacilityFileKind
    file_name: str
    words_ko: str
    words_en: str
    address: str

    @staticmethod
    def resolve_address(row: Any) -> str:
        return settings.MADANG_BASE_URL + reverse("facility-file", args=[row.facility.code, row.pk])


class SheetFaultOut(Schema):
    """A row of a sheet that cannot be taken over."""

    row: int
    column: str
    code: str
    detail: str


class FacilitySheetOut(Schema):
    """What a sheet came to; with `dry_run` nothing was stored, and the figures say what would have been."""

    dry_run: bool
    added: int
    changed: int
    faults: list[SheetFaultOut]


@router.get("/facilities", response=list[FacilityOut], operation_id="list_facilities", auth=token_or_none)
@paginate
def list_facilities(
    request: HttpRequest,
    q: Short = "",
    kind: FacilityKind | None = None,
    field: FacilityField | None = None,
    grain: SlotGrain | None = None,
) -> Any:
    """The catalogue; what is out of service for good is for staff and auditors only."""
    return queries.found(
        queries.facilities(request.actor), words=q, kind=kind or "", field=field or "", grain=grain or ""
    )


@router.get(
    "/facilities/{code}/files", response=list[FacilityFileOut], operation_id="list_facility_files", auth=token_or_none
)
def list_facility_files(request: HttpRequest, code: Code) -> Any:
    """Photos and manuals of a facility, with the address at which each is fetched."""
    return list(queries.files(request.actor, one(queries.facilities(request.actor), code=code).pk))


@router.post("/facilities/{code}/files", response={201: FacilityFileOut}, operation_id="add_facility_file")
@known_to(*READING_ROLES)
def add_facility_file(
    request: HttpRequest,
    code: Code,
    kind: FacilityFileKind = Form(...),  # noqa: B008
    words_ko: str = Form(..., max_length=FILE_WORDS),
    words_en: str = Form(..., max_length=FILE_WORDS),
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Adds a photo or manual; what its maker's device wrote into it is left out."""
    refuse_unless_keeper(request.actor)
    row = one(queries.facilities(request.actor), code=code)
    kept = file_pages.stored(now=request.now, kind=kind, name=file.name or "", chunks=file.chunks())
    given = {"kind": kind, "words_ko": words_ko, "words_en": words_en, **kept}
    return Status(201, actions.add_file(by=request.actor, now=request.now, facility=row.pk, **given))


@router.delete("/facilities/{code}/files/{int:file}", response={204: None}, operation_id="remove_facility_file")
@known_to(*READING_ROLES)
def remove_facility_file(request: HttpRequest, code: Code, file: Id) -> Any:
    """Takes a photo or manual away."""
    row = one(queries.facilities(request.actor), code=code)
    one(queries.files(request.actor, row.pk), pk=file)
    actions.remove_file(by=request.actor, now=request.now, file=file)
    return Status(204, None)


@router.get("/facilities/{code}", response=FacilityOut, operation_id="get_facility", auth=token_or_none)
def get_facility(request: HttpRequest, code: Code) -> Any:
    """One facility."""
    return one(queries.facilities(request.actor), code=code)


@router.put("/facilities/{code}", response=FacilityOut, operation_id="put_facility")
@known_to(*READING_ROLES)
def put_facility(request: HttpRequest, code: Code, given: FacilityIn) -> Any:
    """Adds a facility (`version` 0), or changes the one with this code; for those who keep the catalogue."""
    rows = queries.facilities(request.actor)
    if given.version:
        act = {"facility": one(rows, code=code).pk, "version": given.version, "given": given.particulars(code)}
        actions.change(by=request.actor, now=request.now, **act)
    else:
        actions.add(by=request.actor, now=request.now, given=given.particulars(code))
    return one(rows, code=code)


@router.post("/facility-sheets", response={201: FacilitySheetOut}, operation_id="bring_in_facilities")
@known_to(*READING_ROLES)
def bring_in_facilities(
    request: HttpRequest,
    file: UploadedFile = File(...),  # noqa: B008
    dry_run: bool = Form(False),
) -> Any:
    """Takes a sheet (XLSX or CSV) over with its fees, all of it or nothing; a code that is there is changed."""
    refuse_unless_keeper(request.actor)
    found = exports.read(tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks()))
    listed = [given for _place, given in found.listed]
    if dry_run:
        new, changed = map(len, exports.new_and_changed(found))
    elif found.faults:
        raise Refused("facilities_have_faults", rows=len(found.faults))
    else:
        given = {"listed": listed, "charged": found.charged}
        new, changed = fees.bring_in(by=request.actor, now=request.now, **given)
    faults = [
        {"row": fault.place, "column": fault.column, "code": fault.code,
         "detail": refusals.sentence(Refused(fault.code, **fault.facts))}
        for fault in found.faults
    ]  # fmt: skip
    return Status(201, {"dry_run": dry_run, "added": new, "changed": changed, "faults": faults})
