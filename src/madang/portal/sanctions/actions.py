"""Finds, gives notice, hears, decides by two people, and hears the appeal."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards.rules import accept_deadline
from madang.portal.billing import backcharges
from madang.portal.formats import day, won
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.people.models import Organisation
from madang.portal.sanctions import claims, demands, queries, rules
from madang.portal.sanctions.models import Sanction, SanctionTerms
from madang.portal.sanctions.rules import SanctionAct, SanctionState, Terms, refuse_unless_manager
from madang.portal.sanctions.sentences import ACTS
from madang.portal.transactions import action

DRAFTS = (ApprovalKind.DECIDE_SANCTION, ApprovalKind.UPHOLD_SANCTION, ApprovalKind.ANNUL_SANCTION)


def _text(text: str, field: str, code: str = "sanction_text_needed", most: int = 1000) -> str:
    if not text.strip():
        raise Refused(code, field=field)
    return text.strip()[:most]


def _seen(by: Actor, sanction: int) -> Sanction:
    row = queries.sanctions(by).filter(pk=sanction).first()
    if row is None:
        raise Refused("not_found")
    return row


def _change(row: Sanction, **values: object) -> None:
    """Of two who act at the same moment, the second finds it changed."""
    same = Sanction.objects.filter(pk=row.pk, state=row.state, amount=row.amount, months=row.months)
    if not same.update(**values):
        raise Stale("sanction")


def _record(by: Actor, now: datetime, did: str, row: Sanction, **facts: object) -> None:
    journal.record(by=by, now=now, did=f"sanctions.{did}", kind="sanction", subject=row.pk, **facts)


@action
def set_terms(*, by: Actor, now: datetime, starts_on: date, document: str, **figures: int) -> SanctionTerms:
    """Sets from a day on, not before the rules that are in force, the days, rates and longest ban (`rules.Terms`).

    The first may begin earlier: it writes down what the law said then. Refused: "not_allowed_for_role",
    "sanction_terms_days", "sanction_terms_rates", "sanction_terms_months", "sanction_terms_past",
    "sanction_evidence_needed", "not_unique".
    """
    refuse_unless_manager(by)
    rules.check_terms(Terms(**figures))
    if starts_on < queries.today(now) and SanctionTerms.objects.exists():
        raise Refused("sanction_terms_past", field="starts_on")
    paper = _text(document, "document", "sanction_evidence_needed", 200)
    row = SanctionTerms.objects.create(starts_on=starts_on, document=paper, set_by_id=by.person, set_at=now, **figures)
    facts = {"starts_on": starts_on.isoformat(), **figures}
    journal.record(by=by, now=now, did="sanctions.set_terms", kind="sanction_terms", subject=row.pk, **facts)
    return row


@action
def find(
    *, by: Actor, now: datetime, act: SanctionAct, organisation: int, ground: str, done_on: date, finding: str,
    evidence: str, award: int | None = None, source: int | None = None, year: int | None = None,
    base: int | None = None, months: int | None = None, rule: int | None = None, first_month: str | None = None,
    last_month: str | None = None,
) -> Sanction:  # fmt: skip
    """Writes down what was found; the organisation is not told before `notice`.

    Money names award, source and fiscal year, and `base` won: the support recovered, or the gain that the surcharge
    is worked out from at the rate of the day on which it happened. A back charge names the award, the rule that it
    follows and the months of use whose discounts are withdrawn. A ban says its months. Refused:
    "not_allowed_for_role", "not_found", "sanction_happens_ahead", "sanction_terms_missing" (day),
    "sanction_award_needed", "sanction_months_needed", "sanction_above_support" (most), "sanction_months" (most),
    "sanction_ground_without_rate", "back_charge_rule_needed", "back_charge_months", "back_charge_of_nothing",
    "sanction_text_needed", "sanction_evidence_needed", "sanction_stands_already".
    """
    refuse_unless_manager(by)
    if done_on > queries.today(now):
        raise Refused("sanction_happens_ahead", field="done_on")
    if not Organisation.objects.filter(pk=organisation).exists():
        raise Refused("not_found")
    if award is not None and not queries.awards_of(by, organisation).filter(pk=award).exists():
        raise Refused("not_found")
    given = {"award": award, "source": source, "year": year, "base": base, "months": months, "rule": rule}
    days = {"first_month": first_month, "last_month": last_month}
    asked = claims.asked(SanctionAct(act), ground, done_on, now, **given, **days)
    written = {
        "finding": _text(finding, "finding", most=4000),
        "evidence": _text(evidence, "evidence", "sanction_evidence_needed", 300),
    }
    of = {"act": act, "organisation_id": organisation, "award_id": award, "ground": ground, "done_on": done_on}
    try:
        with transaction.atomic():
            row = Sanction.objects.create(**of, **asked, **written, found_by_id=by.person, found_at=now)
    except IntegrityError as error:
        raise Refused("sanction_stands_already") from error
    facts = {"act": str(act), "organisation": organisation, "ground": ground, **asked}
    _record(by, now, "find", row, **facts)
    return row


@action
def notice(*, by: Actor, now: datetime, sanction: int) -> None:
    """Gives the organisation prior notice, and the days to answer that count today.

    Refused: "not_allowed_for_role", "not_found", "sanction_notice_given", "sanction_terms_missing".
    """
    refuse_unless_manager(by)
    row = _seen(by, sanction)
    if row.state != SanctionState.FOUND:
        raise Refused("sanction_notice_given")
    days = claims.terms(queries.today(now)).answer_days
    until = accept_deadline(now, days, settings.MADANG_ZONE)
    _change(row, state=SanctionState.NOTICED, noticed_by=by.person, noticed_at=now, answer_by=until)
    _record(by, now, "notice", row, answer_days=days)
    _tell(row, now, "sanction_notice", until=until)


@action
def answer(*, by: Actor, now: datetime, sanction: int, text: str) -> None:
    """An owner is heard in writing, once, before the time to answer is over.

    Refused: "not_found", "not_allowed_for_role", "sanction_text_needed", and as `rules.check_answerable`.
    """
    row = _for_owner(by, sanction)
    rules.check_answerable(row.state, row.answer_by, now)
    said = {"answer": _text(text, "text", most=4000), "answered_by": by.person, "answered_at": now}
    _change(row, state=SanctionState.ANSWERED, **said)
    _record(by, now, "answer", row)


def _for_owner(by: Actor, sanction: int) -> Sanction:
    row = _seen(by, sanction)
    if not by.owner_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    return row


def _for_manager(by: Actor, sanction: int) -> Sanction:
    """An act that is not decided and not before an approver."""
    refuse_unless_manager(by)
    row = _seen(by, sanction)
    rules.check_open(row.state)
    if any(drafts.waiting_for(kind, row.pk) is not None for kind in DRAFTS):
        raise Refused("sanction_draft_waits")
    return row


@action
def reduce(*, by: Actor, now: datetime, sanction: int, figure: int, reason: str) -> None:
    """After the notice, asks for less: won of money, months of a ban; for a reason that the organisation reads.

    Refused: "not_allowed_for_role", "not_found", "sanction_closed", "sanction_no_notice", "sanction_draft_waits",
    "sanction_only_less" (most), "sanction_text_needed".
    """
    row = _for_manager(by, sanction)
    rules.check_heard(row.state)
    name, before = ("months", row.months) if row.act == SanctionAct.BAN else ("amount", row.amount)
    if not 0 < figure < (before or 0):
        raise Refused("sanction_only_less", most=f"{before:,}", field="figure")
    _change(row, reduced_reason=_text(reason, "reason"), **{name: figure})
    _record(by, now, "reduce", row, before=before, after=figure)
    _tell(row, now, "sanction_reduced", key=f"-{figure}")


@action
def drop(*, by: Actor, now: datetime, sanction: int, reason: str) -> None:
    """Ends it without a decision, for a reason that the organisation reads where it had notice. Refused as `reduce`."""
    row = _for_manager(by, sanction)
    given = {"decision": _text(reason, "reason"), "decided_by": by.person, "decided_at": now}
    _change(row, state=SanctionState.DROPPED, **given)
    _record(by, now, "drop", row)
    if row.noticed_at:
        _tell(row, now, "sanction_dropped")


@action
def draft(*, by: Actor, now: datetime, sanction: int, comment: str) -> Approval:
    """Lays the decision before an approver once the time to answer is over; the comment is its reason.

    Refused: "not_allowed_for_role", "not_found", "sanction_text_needed", "approval_already_waiting", and as
    `rules.check_decidable`.
    """
    refuse_unless_manager(by)
    row = _seen(by, sanction)
    rules.check_decidable(row.state, row.answer_by, now)
    return _drafted(by, now, row, ApprovalKind.DECIDE_SANCTION, comment)


def _drafted(by: Actor, now: datetime, row: Sanction, kind: ApprovalKind, comment: str) -> Approval:
    facts = {"number": queries.number(row), "act": str(row.act), "amount_won": row.amount, "months": row.months}
    return approvals.draft(by=by, now=now, kind=kind, subject=row.pk, comment=_text(comment, "comment"), **facts)


@action
def decide(*, by: Actor, now: datetime, sanction: int, comment: str, document_number: str) -> None:
    """The second person decides: money is due, discounts are withdrawn, or the ban begins today; the time to appeal
    runs.

    Refused as `approvals.actions.approve`, `rules.check_decidable`, and "sanction_terms_missing".
    """
    row = _seen(by, sanction)
    given = {"comment": comment, "document_number": document_number}
    kind = ApprovalKind.DECIDE_SANCTION
    approval = approvals.approve(by=by, now=now, kind=kind, subject=row.pk, **given)
    rules.check_decidable(row.state, row.answer_by, now)
    today = queries.today(now)
    terms = claims.terms(today)
    until = accept_deadline(now, terms.appeal_days, settings.MADANG_ZONE)
    decision = {"decision": approval.draft_comment, "decided_by": by.person, "decided_at": now, "appeal_by": until}
    days = _days(row, today, terms.pay_days)
    number = {"document_number": approval.document_number}
    _change(row, state=SanctionState.DECIDED, **decision, **days, **number)
    booked = _withdrawn(by, now, row) if row.act == SanctionAct.BACK_CHARGE else {}
    _record(by, now, "decide", row, **{name: one.isoformat() for name, one in days.items()}, **booked)
    if row.act == SanctionAct.BAN:
        _tell(row, now, "sanction_banned", until=until, end=days["ends_on"] - timedelta(days=1))
    elif row.act == SanctionAct.BACK_CHARGE:
        _tell(row, now, "sanction_back_charged", until=until, **booked)
    else:
        _tell(row, now, "sanction_decided", until=until, due=days["due_on"])


def _days(row: Sanction, today: date, pay_days: int) -> dict[str, date]:
    """From when to when a ban counts, or until when money is due; a back charge is due with its statement."""
    if row.act == SanctionAct.BAN:
        return {"starts_on": today, "ends_on": rules.months_after(today, row.months or 0)}
    return {} if row.act == SanctionAct.BACK_CHARGE else {"due_on": today + timedelta(days=pay_days)}


def _withdrawn(by: Actor, now: datetime, row: Sanction) -> dict[str, str]:
    span = {"first_month": row.first_month, "last_month": row.last_month, "issued_until": row.found_at}
    if claims.standing_over(row.award_id, row.rule_id, row.first_month, row.last_month).exclude(pk=row.pk).exists():
        raise Refused("back_charge_stands")
    what = {"act": queries.number(row), "award": row.award_id, "amount": row.amount}
    return {"month": backcharges.withdraw(by=by, now=now, **what, **span)}


@action
def follow(*, now: datetime, sanction: int) -> int:
    """Withdraws, of the months that a back charge names, what statements issued since it was found gave: the same share
    as was decided, on the statement of the month that runs. Gives the won. Stale where it stands no longer.
    """
    row = Sanction.objects.select_related("organisation").get(pk=sanction)
    share = (row.amount, row.base)
    total, month = backcharges.follow(by=WORKER, now=now, share=share, **claims.bearing_on(row))
    if not Sanction.objects.filter(pk=sanction, state__in=rules.STANDING).update(state=F("state")):
        raise Stale("sanction")
    if total:
        _record(WORKER, now, "follow", row, amount_won=total, month=month)
        _tell(row, now, "sanction_followed", key=f"-{now.isoformat()}", month=month, amount=total)
    return total


@action
def appeal(*, by: Actor, now: datetime, sanction: int, text: str) -> None:
    """An owner appeals, once, while the time for it runs; what was decided goes on to count meanwhile.

    Refused: "not_found", "not_allowed_for_role", "sanction_text_needed", and as `rules.check_appealable`.
    """
    row = _for_owner(by, sanction)
    rules.check_appealable(row.state, row.appeal_by, now)
    said = {"appeal": _text(text, "text", most=4000), "appealed_by": by.person, "appealed_at": now}
    _change(row, state=SanctionState.APPEALED, **said)
    _record(by, now, "appeal", row)


@action
def draft_outcome(*, by: Actor, now: datetime, sanction: int, annul: bool, comment: str) -> Approval:
    """Lays before an approver what is answered to the appeal, with the reasons.

    Refused: "not_allowed_for_role", "not_found", "sanction_not_appealed", "sanction_text_needed",
    "sanction_draft_waits", "approval_already_waiting".
    """
    refuse_unless_manager(by)
    row = _seen(by, sanction)
    rules.check_appealed(row.state)
    kind, other = ApprovalKind.UPHOLD_SANCTION, ApprovalKind.ANNUL_SANCTION
    kind, other = (other, kind) if annul else (kind, other)
    if drafts.waiting_for(other, row.pk) is not None:
        raise Refused("sanction_draft_waits")
    return _drafted(by, now, row, kind, comment)


@action
def uphold(*, by: Actor, now: datetime, sanction: int, comment: str, document_number: str) -> None:
    """Another approver than the one who decided leaves the decision as it is.

    Refused as `approvals.actions.approve`, "sanction_not_appealed" and "sanction_same_decider".
    """
    given = {"comment": comment, "document_number": document_number}
    row, settled, _ = _settled(by, now, sanction, ApprovalKind.UPHOLD_SANCTION, given)
    _change(row, state=SanctionState.UPHELD, **settled)
    _record(by, now, "uphold", row)
    _tell(row, now, "sanction_upheld")


@action
def annul(*, by: Actor, now: datetime, sanction: int, comment: str, document_number: str) -> None:
    """Another approver than the one who decided undoes the decision; what was paid is booked as paid back, discounts
    that were withdrawn are given back on a statement.

    Refused as `uphold`.
    """
    given = {"comment": comment, "document_number": document_number}
    row, settled, number = _settled(by, now, sanction, ApprovalKind.ANNUL_SANCTION, given)
    if row.act == SanctionAct.BACK_CHARGE:
        month = backcharges.give_back(by=by, now=now, act=queries.number(row), award=row.award_id)
        facts: dict[str, object] = {"month": month}
    else:
        demands.pay_back(by, now, row, number)
        facts = {"paid_back_won": row.received}
    _change(row, state=SanctionState.ANNULLED, **settled)
    _record(by, now, "annul", row, **facts)
    _tell(row, now, "sanction_given_back" if row.act == SanctionAct.BACK_CHARGE else "sanction_annulled", **facts)


def _settled(
    by: Actor, now: datetime, sanction: int, kind: ApprovalKind, given: dict[str, str]
) -> tuple[Sanction, dict[str, object], str]:
    row = _seen(by, sanction)
    if row.decided_by_id == by.person:
        raise Refused("sanction_same_decider")
    approval = approvals.approve(by=by, now=now, kind=kind, subject=row.pk, **given)
    rules.check_appealed(row.state)
    settled = {"outcome": approval.draft_comment, "outcome_by": by.person, "outcome_at": now}
    return row, settled, approval.document_number


def _tell(
    row: Sanction, now: datetime, code: str, *, key: str = "", due: date | None = None, end: date | None = None,
    amount: int | None = None, **facts: object,
) -> None:  # fmt: skip
    for person in persons.owners(row.organisation_id):
        with translation.override(person.language):
            act = gettext(ACTS[row.act])
        days = {name: day(one, person.language) for name, one in (("due", due), ("end", end)) if one}
        people.write_mail(
            person,
            now=now,
            code=code,
            key=f"{code}-{row.pk}{key}-{person.pk}",
            link=f"/sanctions/{row.pk}/",
            act=act,
            number=queries.number(row),
            organisation=row.organisation.name,
            amount=won(amount or row.amount or 0, person.language),
            **days,
            **facts,
        )


@action
def note_reading(*, by: Actor, now: datetime, sanction: Sanction | None = None) -> None:
    """Notes that staff or an auditor opened an organisation's sanction, or looked through them all."""
    if sanction is None:
        journal.read(by=by, now=now, what="search", kind="sanction", subject="all")
    else:
        given = {"subject": sanction.pk, "organisation": sanction.organisation_id}
        journal.read(by=by, now=now, what="view", kind="sanction", **given)
