"""The API of awards: list, look, accept, decline; with the agreement and its signature by click."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.agreements import actions as agreements
from madang.portal.agreements import queries as agreement_queries
from madang.portal.agreements.rules import Side, SigningMethod
from madang.portal.awards import actions, queries
from madang.portal.awards.rules import AwardState
from madang.portal.faces import one

router = Router(tags=["awards"])


class AwardLineOut(Schema):
    """So many of a product for whole months; `granted_seconds` are of its pool's unit."""

    product: str
    pool: str
    unit: str
    asked: int
    quantity: int
    first_month: str
    months: int
    granted_seconds: int = Field(alias="seconds")

    @staticmethod
    def resolve_product(line: Any) -> str:
        return str(line.product.code)

    @staticmethod
    def resolve_pool(line: Any) -> str:
        return str(line.product.pool.code)

    @staticmethod
    def resolve_unit(line: Any) -> str:
        return str(line.product.pool.unit)


class AwardOut(Schema):
    """An award; `accept_by` is the instant from which it can no longer be answered."""

    number: str
    title: str
    organisation: str
    application: str
    state: AwardState
    accept_by: datetime | None
    starts_on: date
    ends_on: date
    lines: list[AwardLineOut]

    @staticmethod
    def resolve_organisation(row: Any) -> str:
        return str(row.organisation.name)

    @staticmethod
    def resolve_application(row: Any) -> str:
        return str(row.application.number)

    @staticmethod
    def resolve_lines(row: Any) -> list[Any]:
        return list(row.lines.all())


class FiguresOut(Schema):
    """What lies where in one pool, in its unit's seconds: granted = used + held + returned + expired + left."""

    pool: str
    granted_seconds: int
    used_seconds: int
    held_seconds: int
    returned_seconds: int
    expired_seconds: int
    left_seconds: int


class AwardWithFigures(AwardOut):
    """An award with the figures of the ledger; none before it is in force."""

    figures: list[FiguresOut]

    @staticmethod
    def resolve_figures(row: Any) -> list[Any]:
        names = ("granted", "used", "held", "returned", "expired", "left")
        return [
            {"pool": pool.code, **{f"{name}_seconds": getattr(sums, name) for name in names}}
            for pool, sums in queries.figures(row)
        ]


class DeclineIn(Schema):
    """Why the offer is given up, if one likes to say so."""

    reason: str = Field("", max_length=500)


class AgreementOut(Schema):
    """The newest version of an agreement; `signed_by` lists the sides that have signed."""

    version: int
    text_ko: str
    text_en: str
    sha256: str
    signed_by: list[Side]
    in_force_at: datetime | None

    @staticmethod
    def resolve_signed_by(row: Any) -> list[str]:
        return [one.side for one in row.signatures.all()]


class SignIn(Schema):
    """A signature by click: the password again, and the hash of the text that was read."""

    side: Side
    password: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


@router.get("/awards", response=list[AwardOut], operation_id="list_awards")
@paginate(LimitOffsetPagination)
def list_awards(request: HttpRequest) -> Any:
    """The awards of one's organisations, newest first; all of them for staff and auditors."""
    return queries.awards(request.actor)


@router.get("/awards/{number}", response=AwardWithFigures, operation_id="get_award")
def get_award(request: HttpRequest, number: str) -> Any:
    """One award with the figures of the ledger."""
    return _award(request, number)


def _award(request: HttpRequest, number: str) -> Any:
    row = one(queries.awards(request.actor), number=number)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=timezone.now(), award=row.pk)
    return row


@router.post("/awards/{number}/acceptance", response=AwardOut, operation_id="accept_award")
def accept_award(request: HttpRequest, number: str) -> Any:
    """Takes the offer, for an owner, before its deadline; the agreement is drawn up with it."""
    row = _award(request, number)
    agreements.accept(by=request.actor, now=timezone.now(), award=row.pk)
    return _award(request, number)


@router.post("/awards/{number}/refusal", response=AwardOut, operation_id="decline_award")
def decline_award(request: HttpRequest, number: str, payload: DeclineIn) -> Any:
    """Gives the offer up for good, for an owner, before its deadline."""
    row = _award(request, number)
    actions.decline(by=request.actor, now=timezone.now(), award=row.pk, reason=payload.reason)
    return _award(request, number)


def _agreement(request: HttpRequest, number: str) -> Any:
    row = agreement_queries.newest(request.actor, _award(request, number).pk)
    if row is None:
        raise Http404
    return row


@router.get("/awards/{number}/agreement", response=AgreementOut, operation_id="get_agreement")
def get_agreement(request: HttpRequest, number: str) -> Any:
    """The newest version of the agreement; 404 before the award is accepted."""
    return _agreement(request, number)


@router.post("/awards/{number}/agreement/signatures", response=AgreementOut, operation_id="sign_agreement")
def sign_agreement(request: HttpRequest, number: str, payload: SignIn) -> Any:
    """Signs for one side; with the second signature the award is in force."""
    agreements.sign(
        by=request.actor,
        now=timezone.now(),
        agreement=_agreement(request, number).pk,
        side=payload.side,
        method=SigningMethod.CLICK,
        evidence={"password": payload.password},
        seen=payload.sha256,
    )
    return _agreement(request, number)
