"""The API of agreements: read, signed by click, or on a paper that staff look at; and set as PDF."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Router, Schema, Status, UploadedFile

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.agreements import actions, documents, queries
from madang.portal.agreements.rules import PaperState, Side, SigningMethod
from madang.portal.awards import queries as awards
from madang.portal.faces import known_to, one
from madang.portal.files.actions import store
from madang.portal.files.faces import BINARY_ANSWER, answer
from madang.portal.files.rules import SIGNED_PAPERS, clean_name
from madang.portal.schemas import Purpose

router = Router(tags=["agreements"])


class SignedPaperOut(Schema):
    """A signed copy that was handed in; `comment` says why it was sent back."""

    id: int
    name: str
    state: PaperState
    uploaded_at: datetime
    comment: str
    sha256: str

    @staticmethod
    def resolve_sha256(row: Any) -> str:
        return str(row.file.sha256)


class AgreementOut(Schema):
    """The newest version of an agreement; `signed_by` lists the sides that have signed."""

    version: int
    text_ko: str
    text_en: str
    sha256: str
    signed_by: list[Side]
    in_force_at: datetime | None
    papers: list[SignedPaperOut]

    @staticmethod
    def resolve_signed_by(row: Any) -> list[str]:
        return [one.side for one in row.signatures.all()]

    @staticmethod
    def resolve_papers(row: Any) -> Any:
        return list(row.papers.all())


class SignIn(Schema):
    """A signature by click: the password again, and the hash of the text that was read."""

    side: Side
    password: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class RefusePaperIn(Schema):
    """What is wrong with a paper; the owners read it."""

    comment: str = Field(max_length=500)


class AgreementLanguage(StrEnum):
    KO = "ko"
    EN = "en"


def _agreement(request: HttpRequest, number: str) -> Any:
    award = one(awards.awards(request.actor), number=number)
    row = queries.newest(request.actor, award.pk)
    if row is None:
        raise Http404
    return row


def _noted(request: HttpRequest, row: Any, purpose: str = "") -> Any:
    given = {"agreement": row.pk, "organisation": row.award.organisation_id, "purpose": purpose}
    actions.note_reading(by=request.actor, now=timezone.now(), **given)
    return row


def _read(request: HttpRequest, number: str) -> Any:
    return _noted(request, _agreement(request, number))


@router.get("/awards/{number}/agreement", response=AgreementOut, operation_id="get_agreement")
def get_agreement(request: HttpRequest, number: str) -> Any:
    """The newest version of the agreement; 404 before the award is accepted."""
    return _read(request, number)


@router.get(
    "/awards/{number}/agreement/versions/{int:version}", response=AgreementOut, operation_id="agreement_version"
)
def agreement_version(request: HttpRequest, number: str, version: int) -> Any:
    """One version as it was drawn up, with its own signatures."""
    award = one(awards.awards(request.actor), number=number)
    return _noted(request, one(queries.agreements(request.actor), award=award.pk, version=version))


@router.post("/awards/{number}/agreement/versions", response={201: AgreementOut}, operation_id="draw_up_anew")
@known_to(*READING_ROLES)
def draw_up_anew(request: HttpRequest, number: str) -> Any:
    """Draws up the next version of an agreement that is not in force, from today's figures; both sides sign anew."""
    row = _agreement(request, number)
    actions.draw_up_anew(by=request.actor, now=timezone.now(), agreement=row.pk)
    return Status(201, _agreement(request, number))


@router.get("/awards/{number}/agreement/{language}.pdf", operation_id="agreement_pdf", openapi_extra=BINARY_ANSWER)
def agreement_pdf(request: HttpRequest, number: str, language: AgreementLanguage) -> HttpResponse:
    """The newest version as a PDF in one language."""
    row = _read(request, number)
    text = row.text_ko if language == AgreementLanguage.KO else row.text_en
    content = documents.pdf(number=row.award.number, text=text, sha256=row.sha256, language=language.value)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.award.number}-{language.value}.pdf"'
    return response


@router.post("/awards/{number}/agreement/signatures", response=AgreementOut, operation_id="sign_agreement")
def sign_agreement(request: HttpRequest, number: str, payload: SignIn) -> Any:
    """Signs for one side; with the second signature the award is in force."""
    actions.sign(
        by=request.actor,
        now=timezone.now(),
        agreement=_agreement(request, number).pk,
        side=payload.side,
        method=SigningMethod.CLICK,
        evidence={"password": payload.password},
        seen=payload.sha256,
    )
    return _agreement(request, number)


@router.post("/awards/{number}/agreement/papers", response={201: AgreementOut}, operation_id="hand_in_paper")
def hand_in_paper(
    request: HttpRequest,
    number: str,
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Hands in a signed copy as PDF, for an owner; it counts once staff have looked at it."""
    row = _agreement(request, number)
    stored = store(now=timezone.now(), name=file.name, allowed=SIGNED_PAPERS, upload_chunks=file.chunks())
    name = clean_name(file.name)
    actions.hand_in_paper(by=request.actor, now=timezone.now(), agreement=row.pk, file=stored.pk, name=name)
    return Status(201, _agreement(request, number))


def _paper(request: HttpRequest, paper: int) -> Any:
    row = queries.paper(request.actor, paper)
    if row is None:
        raise Http404
    return row


@router.get("/signed-papers/{int:paper}", operation_id="signed_paper", openapi_extra=BINARY_ANSWER)
def signed_paper(request: HttpRequest, paper: int, purpose: Purpose = "") -> Any:
    """The paper itself; whoever is not of its organisation says what for."""
    row = _paper(request, paper)
    if not request.actor.member_of(row.agreement.award.organisation_id):
        if not purpose.strip():
            raise Refused("purpose_needed")
        _noted(request, row.agreement, purpose.strip())
    return answer(row.file, row.name)


@router.post("/signed-papers/{int:paper}/confirmation", response=AgreementOut, operation_id="confirm_paper")
@known_to(*READING_ROLES)
def confirm_paper(request: HttpRequest, paper: int) -> Any:
    """Staff confirm that a paper is the agreement, signed: it counts as the user's signature."""
    row = _paper(request, paper)
    actions.confirm_paper(by=request.actor, now=timezone.now(), paper=paper)
    return _agreement(request, row.agreement.award.number)


@router.post("/signed-papers/{int:paper}/refusal", response=AgreementOut, operation_id="refuse_paper")
@known_to(*READING_ROLES)
def refuse_paper(request: HttpRequest, paper: int, payload: RefusePaperIn) -> Any:
    """Staff send a paper back and say what is wrong with it."""
    row = _paper(request, paper)
    actions.refuse_paper(by=request.actor, now=timezone.now(), paper=paper, comment=payload.comment)
    return _agreement(request, row.agreement.award.number)
