"""Accepts awards into agreements, takes signatures, and puts an award in force once both sides have signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.agreements import queries, rules, signing
from madang.portal.agreements.models import Agreement, Signature, SignedPaper
from madang.portal.agreements.rules import PaperState, Side, SigningMethod
from madang.portal.agreements.signing import Signed
from madang.portal.awards import actions as awards
from madang.portal.awards import queries as award_queries
from madang.portal.awards.models import Award
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people import queries as people
from madang.portal.people.models import Person
from madang.portal.transactions import action

CHECKING = (Role.PROGRAMME_MANAGER, Role.APPROVER)


@action
def accept(*, by: Actor, now: datetime, award: int) -> Agreement:
    """Takes the offer and draws up the agreement in one go; refusals as for `awards.actions.accept`."""
    awards.accept(by=by, now=now, award=award)
    return draw_up(by=by, now=now, award=award)


@action
def draw_up(*, by: Actor, now: datetime, award: int) -> Agreement:
    """Writes the next version of an accepted award's agreement, from its figures; earlier signatures stay with theirs.

    Refused: "agreement_not_open" unless the award is accepted, "not_found" for a stranger.
    """
    row = award_queries.awards(by).filter(pk=award).first()
    if row is None:
        raise Refused("not_found")
    if row.state != "accepted":
        raise Refused("agreement_not_open")
    version = Agreement.objects.filter(award=award).count() + 1
    figures = queries.figures(by, award, version)
    korean, english = rules.text_of(figures, "ko"), rules.text_of(figures, "en")
    agreement = Agreement.objects.create(
        award=row,
        version=version,
        text_ko=korean,
        text_en=english,
        sha256=rules.digest_of(korean, english),
        created_at=now,
    )
    facts = {"award": award, "version": version, "sha256": agreement.sha256}
    journal.record(by=by, now=now, did="agreements.draw_up", kind="agreement", subject=agreement.pk, **facts)
    return agreement


@action
def draw_up_anew(*, by: Actor, now: datetime, agreement: int) -> Agreement:
    """A programme manager writes the next version of an agreement that is not in force, from today's figures.

    Both sides sign the new one; the owners are told. Refused: "not_allowed_for_role", "not_found",
    "agreement_not_open". Stale when `agreement` is no longer the newest version.
    """
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = queries.agreements(by).filter(pk=agreement).first()
    if row is None:
        raise Refused("not_found")
    newest = queries.newest(by, row.award_id)
    if newest is None or newest.pk != agreement:
        raise Stale("agreement")
    _take(row.award)
    made = draw_up(by=by, now=now, award=row.award_id)
    _tell_owners(row.award, now, "agreement_anew", f"agreement-{made.pk}-anew", version=made.version)
    return made


def _take(award: Award) -> None:
    """Takes the award's row first, so that a signature and a new version at the same moment see each other."""
    if not Award.objects.filter(pk=award.pk, state=award.state).update(state=award.state):
        raise Stale("award")


def sign(
    *,
    by: Actor,
    now: datetime,
    agreement: int,
    side: Side,
    method: SigningMethod,
    evidence: Mapping[str, Any],
    seen: str = "",
) -> Signature:
    """One side signs; with the second signature the award is in force. `seen` is the hash of the text that was read.

    The signer is asked first, outside the transaction. Refused: "not_found", "not_allowed_for_role" (an owner signs for
    the user, an approver for the centre), "agreement_not_open", "agreement_signed_already" and what the signer refuses.
    """
    row = _open(by, agreement, side)
    signed = signing.signer(method).sign(by=by, sha256=seen or row.sha256, evidence=evidence)
    return put_signature(by=by, now=now, agreement=agreement, side=side, person=by.person or 0, signed=signed)


def _open(by: Actor, agreement: int, side: Side) -> Agreement:
    """The agreement, if the actor may sign it for that side now."""
    row = queries.agreements(by).filter(pk=agreement).first()
    if row is None:
        raise Refused("not_found")
    may = by.owner_of(row.award.organisation_id) if side is Side.USER else by.has(Role.APPROVER)
    if not may:
        raise Refused("not_allowed_for_role")
    _check(row, side)
    return row


def _check(row: Agreement, side: Side) -> None:
    newest = not Agreement.objects.filter(award=row.award_id, version__gt=row.version).exists()
    signed = set(Signature.objects.filter(agreement=row).values_list("side", flat=True))
    rules.check_signable(row.award.state, newest, signed, side)


@action
def put_signature(*, by: Actor, now: datetime, agreement: int, side: Side, person: int, signed: Signed) -> Signature:
    """Stores what a signer vouched for; of two at once one side signs once. Puts the award in force when both have."""
    row = Agreement.objects.select_related("award").get(pk=agreement)
    _take(row.award)
    _check(row, side)
    if signed.sha256 != row.sha256:
        raise Refused("agreement_other_text")
    try:
        with transaction.atomic():
            signature = Signature.objects.create(
                agreement=row,
                side=side,
                method=signed.method,
                person_id=person,
                signed_at=now,
                signed_sha256=signed.sha256,
                file_id=signed.file,
                checked_by_id=signed.checked_by,
            )
    except IntegrityError as error:
        raise Refused("agreement_signed_already") from error
    facts = {"side": side, "method": signed.method, "sha256": signed.sha256}
    journal.record(by=by, now=now, did="agreements.sign", kind="agreement", subject=agreement, **facts)
    if rules.both_signed(Signature.objects.filter(agreement=row).values_list("side", flat=True)):
        Agreement.objects.filter(pk=agreement, in_force_at__isnull=True).update(in_force_at=now)
        awards.enter_force(by=by, now=now, award=row.award_id)
    elif side is Side.USER:
        _tell_signers(row, now)
    return signature


def _tell_signers(row: Agreement, now: datetime) -> None:
    """Those who sign for the centre learn that the user has signed."""
    _tell(row.award, people.persons_with(Role.APPROVER), now, "agreement_to_sign", f"agreement-{row.pk}-to-sign")


def _tell_owners(award: Award, now: datetime, code: str, key: str, **facts: object) -> None:
    owners = award_queries.owners_of({award.organisation_id})[award.organisation_id]
    _tell(award, owners, now, code, key, **facts)


def _tell(award: Award, told: Iterable[Person], now: datetime, code: str, key: str, **facts: object) -> None:
    """One mail to each, with a link to the agreement."""
    for person in told:
        if person.email:
            outbox.write(
                now=now,
                key=f"{key}-{person.pk}",
                code=code,
                person=person.pk,
                address=person.email,
                language=person.language,
                link=f"/agreements/{award.number}/",
                number=award.number,
                centre=settings.MADANG_CENTRE_NAME[person.language],
                **facts,
            )


@action
def hand_in_paper(*, by: Actor, now: datetime, agreement: int, file: int, name: str) -> SignedPaper:
    """An owner hands in a signed copy (a stored PDF); staff look at it before it counts.

    Refused: as for `sign`, and "agreement_paper_waiting".
    """
    row = _open(by, agreement, Side.USER)
    try:
        with transaction.atomic():
            paper = SignedPaper.objects.create(
                agreement=row, file_id=file, name=name[:160], uploaded_by_id=by.person, uploaded_at=now
            )
    except IntegrityError as error:
        raise Refused("agreement_paper_waiting") from error
    facts = {"paper": paper.pk, "file": file}
    journal.record(by=by, now=now, did="agreements.hand_in_paper", kind="agreement", subject=agreement, **facts)
    return paper


def confirm_paper(*, by: Actor, now: datetime, paper: int) -> Signature:
    """Staff confirm that an uploaded paper is the agreement, signed: it becomes the user's signature.

    Refused: "not_found", "not_allowed_for_role", "agreement_not_open". Stale when somebody looked at it first.
    """
    row = _paper(by, paper)
    evidence = {"file": row.file_id}
    signed = signing.signer(SigningMethod.SIGNED_FILE).sign(by=by, sha256=row.agreement.sha256, evidence=evidence)
    return _confirm(by=by, now=now, paper=row, signed=signed)


@action
def _confirm(*, by: Actor, now: datetime, paper: SignedPaper, signed: Signed) -> Signature:
    _judge(by, now, paper, PaperState.CONFIRMED, "")
    return put_signature(
        by=by, now=now, agreement=paper.agreement_id, side=Side.USER, person=paper.uploaded_by_id, signed=signed
    )


@action
def refuse_paper(*, by: Actor, now: datetime, paper: int, comment: str) -> None:
    """Staff send a paper back, saying what is wrong with it; the owners are told."""
    row = _paper(by, paper)
    if not comment.strip():
        raise Refused("agreement_comment_needed", field="comment")
    _judge(by, now, row, PaperState.REFUSED, comment.strip())
    key = f"paper-{paper}-refused"
    _tell_owners(row.agreement.award, now, "agreement_paper_refused", key, comment=comment.strip())


def _paper(by: Actor, paper: int) -> SignedPaper:
    row = queries.paper(by, paper)
    if row is None:
        raise Refused("not_found")
    if not by.has(*CHECKING):
        raise Refused("not_allowed_for_role")
    return row


def _judge(by: Actor, now: datetime, paper: SignedPaper, state: PaperState, comment: str) -> None:
    waiting = SignedPaper.objects.filter(pk=paper.pk, state=PaperState.WAITING)
    if not waiting.update(state=state, checked_by=by.person, checked_at=now, comment=comment[:500]):
        raise Stale("paper")
    facts = {"paper": paper.pk, "verdict": state}
    journal.record(by=by, now=now, did="agreements.check_paper", kind="agreement", subject=paper.agreement_id, **facts)


@action
def note_reading(
    *, by: Actor, now: datetime, agreement: int, organisation: int | None = None, purpose: str = ""
) -> None:
    """Notes that staff or an auditor opened or downloaded an agreement or its paper."""
    given = {"kind": "agreement", "subject": agreement, "organisation": organisation, "purpose": purpose}
    journal.read(by=by, now=now, what="download" if purpose else "view", **given)
