"""What is done about outcome reports: asked for by a call, noted at an award's end, written, looked at, corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.awards import instalments
from madang.portal.awards import queries as awards
from madang.portal.awards.models import Award
from madang.portal.calls.models import Call
from madang.portal.calls.rules import DRAFTING, only
from madang.portal.drafts import queries as drafts
from madang.portal.files.models import StoredFile
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.outcomes import rules
from madang.portal.outcomes.lookups import Paper
from madang.portal.outcomes.models import OutcomeDuty, OutcomeItem, OutcomeReport, PaperRecord
from madang.portal.outcomes.queries import today
from madang.portal.outcomes.rules import Entry, OutcomeSpan, OutcomeState
from madang.portal.screening.models import OwedReport
from madang.portal.transactions import action


@action
def set_schedule(*, by: Actor, now: datetime, call: int, months: Iterable[int]) -> None:
    """Sets after how many months from the end of an award its reports are due; none asks for no report.

    It can be changed until an agreement of the call binds its first award holder. Refused: ``outcome_schedule_wrong``,
    ``outcome_schedule_fixed``, ``call_waits_for_approval``.
    """
    only(by, DRAFTING)
    found = list(rules.schedule(months))
    if Award.objects.filter(application__intake__call=call, in_force_at__isnull=False).exists():
        raise Refused("outcome_schedule_fixed")
    if drafts.waiting_approval(by, call):
        raise Refused("call_waits_for_approval")
    Call.objects.filter(pk=call).update(report_months=found, version=F("version") + 1)
    journal.record(by=by, now=now, did="outcomes.set_schedule", kind="call", subject=call, months=found)


@action
def owe(*, now: datetime, award: int) -> int:
    """Notes what reports the holder of an award that ended owes, each with an empty first version; gives how many."""
    rows = Award.objects.select_related("application__intake__call")
    row = rows.filter(pk=award).exclude(outcome_duties__months__gt=rules.INTERIM).first()
    if row is None or row.ended_at is None:
        return 0
    ended_on = min(row.ends_on, today(row.ended_at))
    before = OutcomeDuty.objects.filter(award=row, months=rules.INTERIM)
    # an award that ended sooner than its interim report asks for: that report is about its days only
    before.filter(until_on__gt=ended_on, from_on__lt=ended_on).update(until_on=ended_on)
    starts_on = before.values_list("until_on", flat=True).first() or row.starts_on
    found = rules.spans(starts_on, ended_on, row.application.intake.call.report_months)
    for span in found:
        _note(row, span, now)
    journal.record(by=WORKER, now=now, did="outcomes.owe", kind="award", subject=award, reports=len(found))
    return len(found)


def _note(row: Award, span: OutcomeSpan, now: datetime) -> None:
    owed = OwedReport.objects.create(
        organisation_id=row.organisation_id, title=f"{row.number} +{span.months}", due_on=span.due_on, noted_at=now
    )
    days = {"from_on": span.from_on, "until_on": span.until_on}
    duty = OutcomeDuty.objects.create(owed=owed, award=row, months=span.months, **days)
    OutcomeReport.objects.create(duty=duty, version=1)


@action
def owe_interim(*, now: datetime, award: int) -> int:
    """Notes the report after which the second half of an award in force is granted, once; 1 where one was to note."""
    row = Award.objects.select_related("second_instalment").filter(pk=award, second_instalment__isnull=False).first()
    if row is None or OutcomeDuty.objects.filter(award=award, months=rules.INTERIM).exists():
        return 0
    _note(row, rules.interim(row.starts_on, row.second_instalment.report_on), now)
    journal.record(by=WORKER, now=now, did="outcomes.owe", kind="award", subject=award, reports=1)
    return 1


@action
def add(
    *, by: Actor, now: datetime, duty: int, entry: Entry, file: StoredFile | None = None, file_name: str = ""
) -> OutcomeItem:
    """Adds an outcome to the version that is being written. Refused as `rules.checked`, and ``outcome_not_open``,
    ``outcome_too_many``, ``outcome_doi_twice``."""
    row = _written(by, duty)
    given = rules.checked(entry, filed=file is not None)
    held = OutcomeItem.objects.filter(report=row)
    if held.count() >= rules.MOST_ITEMS:
        raise Refused("outcome_too_many", most=rules.MOST_ITEMS)
    if given.doi and held.filter(doi=given.doi).exists():
        raise Refused("outcome_doi_twice", field="doi")
    made = OutcomeItem.objects.create(report=row, file=file, file_name=file_name[:160], **given.__dict__)
    journal.record(by=by, now=now, did="outcomes.add", kind="outcome_report", subject=duty, item=made.pk)
    return made


@action
def remove(*, by: Actor, now: datetime, duty: int, item: int) -> None:
    """Takes an outcome out of the version that is being written."""
    row = _written(by, duty)
    if not OutcomeItem.objects.filter(pk=item, report=row).delete()[0]:
        raise Refused("not_found")
    journal.record(by=by, now=now, did="outcomes.remove", kind="outcome_report", subject=duty, item=item)


@action
def hand_in(*, by: Actor, now: datetime, duty: int, nothing: bool = False) -> None:
    """Hands the version in; the report counts as received. `nothing` says that nothing came of the award in its time.

    Refused: ``outcome_not_open``, ``outcome_too_early`` (day), ``outcome_nothing``, ``outcome_not_nothing``.
    """
    row = _written(by, duty)
    if today(now) < row.duty.until_on:
        raise Refused("outcome_too_early", day=row.duty.until_on)
    if row.items.exists() == nothing:
        raise Refused("outcome_not_nothing" if nothing else "outcome_nothing", field="nothing")
    drafts = OutcomeReport.objects.filter(pk=row.pk, state=OutcomeState.DRAFT)
    if not drafts.update(state=OutcomeState.HANDED_IN, handed_in_by=by.person, handed_in_at=now):
        raise Stale("outcome_report")
    owed = OwedReport.objects.filter(pk=row.duty.owed_id, received_on=None)
    owed.update(received_on=today(now), received_by=by.person)
    journal.record(by=by, now=now, did="outcomes.hand_in", kind="outcome_report", subject=duty, version=row.version)


@action
def check(*, by: Actor, now: datetime, duty: int, version: int, accept: bool, reason: str = "") -> None:
    """Accepts the version that was handed in, or asks for it to be mended within two weeks, with the reason.

    With an interim report the second half of its award is granted. To be mended, it is owed again, and the next version
    begins as a copy. Refused: ``outcome_own_organisation``, ``outcome_not_handed_in``, ``outcome_reason_needed``.
    """
    row = OutcomeReport.objects.select_related("duty__owed", "duty__award").filter(duty=duty, version=version).first()
    if row is None:
        raise Refused("not_found")
    rules.check_keeper(by, row.duty.owed.organisation_id)
    why = "" if accept else reason.strip()[: rules.REASON_LIMIT]
    if not (accept or why):
        raise Refused("outcome_reason_needed", field="reason")
    state = OutcomeState.ACCEPTED if accept else OutcomeState.MEND
    handed_in = OutcomeReport.objects.filter(pk=row.pk, state=OutcomeState.HANDED_IN)
    if not handed_in.update(state=state, reason=why, checked_by=by.person, checked_at=now):
        raise Refused("outcome_not_handed_in")
    due_on = row.duty.owed.due_on
    if accept and row.duty.months == rules.INTERIM:
        instalments.release(by=by, now=now, award=row.duty.award_id)
    if not accept:
        _next(row)
        due_on = max(due_on, today(now) + timedelta(days=rules.DAYS_TO_MEND))
        OwedReport.objects.filter(pk=row.duty.owed_id).update(received_on=None, received_by=None, due_on=due_on)
        OutcomeDuty.objects.filter(pk=duty).update(told=1)
    tell(row.duty, now, f"outcome_{state}", f"{row.pk}", due=due_on.isoformat(), reason=why)
    journal.record(
        by=by, now=now, did="outcomes.check", kind="outcome_report", subject=duty, version=version, state=str(state)
    )


@action
def correct(*, by: Actor, now: datetime, duty: int) -> OutcomeReport:
    """Begins the next version of an accepted report as a copy; the accepted one counts until the next is accepted."""
    row = OutcomeReport.objects.select_related("duty__owed").filter(duty=duty).order_by("-version").first()
    if row is None:
        raise Refused("not_found")
    rules.check_member(by, row.duty.owed.organisation_id)
    if row.state != OutcomeState.ACCEPTED:
        raise Refused("outcome_not_accepted")
    made = _next(row)
    journal.record(by=by, now=now, did="outcomes.correct", kind="outcome_report", subject=duty, version=made.version)
    return made


def _next(row: OutcomeReport) -> OutcomeReport:
    made = OutcomeReport.objects.create(duty_id=row.duty_id, version=row.version + 1)
    columns = ("kind", "amount", "what", "doi", "file_id", "file_name", "emptied")
    items = OutcomeItem.objects.filter(report=row).order_by("pk").values(*columns)
    OutcomeItem.objects.bulk_create([OutcomeItem(report=made, **item) for item in items])
    return made


def _written(by: Actor, duty: int) -> OutcomeReport:
    """The version of a report that is being written, for a member."""
    row = OutcomeReport.objects.select_related("duty__owed").filter(duty=duty).order_by("-version").first()
    if row is None:
        raise Refused("not_found")
    rules.check_member(by, row.duty.owed.organisation_id)
    if row.state != OutcomeState.DRAFT:
        raise Refused("outcome_not_open")
    return row


@action
def note_paper(*, now: datetime, doi: str, found: Paper | None) -> None:
    """Notes what the registry of DOIs answered, or that it did not. The worker's, of a public register: no journal."""
    row, _ = PaperRecord.objects.get_or_create(doi=doi, defaults={"asked_at": now})
    said = {"answered": found is not None, **(asdict(found) if found else {})}
    PaperRecord.objects.filter(pk=row.pk, answered=False).update(asked_at=now, tries=F("tries") + 1, **said)


@action
def remind(*, now: datetime, duty: int) -> int:
    """Writes the reminder that is due to the organisation's owners, once; 1 where one was due."""
    row = OutcomeDuty.objects.select_related("owed", "award").filter(pk=duty, owed__received_on=None).first()
    if row is None:
        return 0
    stage = rules.reminder(row.told, row.until_on, row.owed.due_on, today(now))
    if not stage or not OutcomeDuty.objects.filter(pk=duty, told=row.told).update(told=stage):
        return 0
    due = row.owed.due_on.isoformat()
    tell(row, now, "outcome_late" if stage == 3 else "outcome_due", f"{due}-{stage}", due=due)
    journal.record(by=WORKER, now=now, did="outcomes.remind", kind="outcome_report", subject=duty, reminder=stage)
    return 1


def tell(duty: OutcomeDuty, now: datetime, code: str, key: str, **facts: object) -> None:
    """Owes a mail to the owners of the organisation that the report is of."""
    organisation = duty.owed.organisation_id
    for person in awards.owners_of({organisation})[organisation]:
        if person.email:
            outbox.write(
                now=now, key=f"{code}:{duty.pk}:{key}:{person.pk}", code=code, person=person.pk, address=person.email,
                language=person.language, link=f"/reports/{duty.pk}/", award=duty.award.number, title=duty.award.title,
                **facts,
            )  # fmt: skip
