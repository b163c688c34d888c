"""Keeps companies: particulars, stages with evidence, next steps, notes, papers, and support entered by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.companies import queries, rules
from madang.portal.companies.models import Company, CompanyDocument, CompanyNote, StageEntry, SupportGiven
from madang.portal.companies.rules import CompanyParticulars, CompanyStage, CompanySupportKind, Step
from madang.portal.files.models import StoredFile
from madang.portal.journal.actions import record
from madang.portal.transactions import action

KIND = "company"


@action
def add(*, by: Actor, now: datetime, given: CompanyParticulars, contact: Step, generated: bool = False) -> Company:
    """Adds a company with its first contact. Refused as `rules.cleaned` and `rules.checked`, and
    ``company_number_known`` (company).
    """
    rules.refuse_unless_keeper(by)
    known = rules.cleaned(given)
    step = rules.checked(contact, {}, queries.today(now))
    refuse_known_number(known.registration_number, ())
    row = Company.objects.create(
        **columns(known), stage=step.stage, stage_on=step.on, added_at=now, generated=generated
    )
    _entry(by, now, row.pk, step)
    record(by=by, now=now, did="companies.add", kind=KIND, subject=row.pk)
    return row


def columns(given: CompanyParticulars) -> dict[str, Any]:
    """Particulars as the table has them."""
    return {
        "name": given.name,
        "name_en": given.name_en,
        "name_key": rules.name_key(given.name),
        "registration_number": given.registration_number or None,
        "field": given.field,
        "contact": given.contact,
    }


def refuse_known_number(number: str, group: tuple[int, ...] | list[int]) -> None:
    """Refused: ``company_number_known`` (company), where another company has the number, for itself or its office."""
    if not number:
        return
    other = Company.objects.filter(registration_number=number).exclude(pk__in=group).first()
    if other is None:
        offices = StageEntry.objects.filter(number=number, struck_at__isnull=True).exclude(company__in=group)
        entry = offices.select_related("company").first()
        other = entry.company if entry else None
    if other is not None:
        raise Refused("company_number_known", field="registration_number", company=other.name)


def turn(company: int, version: int, **changed: Any) -> None:
    """Changes a company that stands for itself, if it is as it was read. Refused: ``company_merged``."""
    rows = Company.objects.filter(pk=company, version=version, lead__isnull=True)
    if not rows.update(version=F("version") + 1, **changed):
        if Company.objects.filter(pk=company, lead__isnull=False).exists():
            raise Refused("company_merged")
        raise Stale("company")


def _present(company: int) -> None:
    if not Company.objects.filter(pk=company, lead__isnull=True).exists():
        raise Refused("company_merged")


@action
def change(*, by: Actor, now: datetime, company: int, version: int, given: CompanyParticulars) -> None:
    """Changes what is known of a company. Refused as `add`, ``company_merged``; Stale."""
    rules.refuse_unless_keeper(by)
    known = rules.cleaned(given)
    refuse_known_number(known.registration_number, queries.together(company))
    turn(company, version, **columns(known))
    record(by=by, now=now, did="companies.change", kind=KIND, subject=company)


@action
def link(*, by: Actor, now: datetime, company: int, version: int, organisation: int | None) -> None:
    """Says that a company is an organisation of the portal, or (None) that it is none after all.

    An organisation's number is its own statement until somebody of the body has looked, so that a number alone links
    nothing. Refused: ``company_organisation_taken``, ``company_merged``; Stale.
    """
    rules.refuse_unless_keeper(by)
    try:
        with transaction.atomic():
            turn(company, version, organisation=organisation)
    except IntegrityError as error:
        raise Refused("company_organisation_taken", field="organisation") from error
    record(by=by, now=now, did="companies.link", kind=KIND, subject=company, organisation=organisation)


# --- stages ---


@action
def enter(*, by: Actor, now: datetime, company: int, version: int, given: Step, file: StoredFile | None = None,
          file_name: str = "") -> StageEntry:  # fmt: skip
    """Enters that a company reached a stage, however late, with its evidence; an office gives the company its number
    where it had none.

    Refused as `rules.checked`, ``company_number_known`` (company), ``company_merged``; Stale.
    """
    rules.refuse_unless_keeper(by)
    _present(company)
    entries = {one.stage: one for one in StageEntry.objects.filter(company=company, struck_at__isnull=True)}
    reached = {CompanyStage(stage): one.on for stage, one in entries.items()}
    opened = entries.get(CompanyStage.OFFICE)
    step = rules.checked(given, reached, queries.today(now), (opened.staff or 0) if opened else 0)
    group = queries.together(company)
    refuse_known_number(step.number, group)
    turn(company, version)
    entry = _entry(by, now, company, step, file, file_name)
    if step.number:
        Company.objects.filter(pk=company, registration_number__isnull=True).update(registration_number=step.number)
    stand(company)
    record(by=by, now=now, did="companies.enter", kind=KIND, subject=company, stage=step.stage, on=str(step.on))
    return entry


def _entry(by: Actor, now: datetime, company: int, step: Step, file: StoredFile | None = None,
           file_name: str = "") -> StageEntry:  # fmt: skip
    return StageEntry.objects.create(
        company_id=company, entered_by_id=by.person, entered_at=now, file=file, file_name=file_name[:160],
        **step_columns(step),
    )  # fmt: skip


def step_columns(step: Step) -> dict[str, Any]:
    """A step as the table has it."""
    return {
        "stage": step.stage,
        "on": step.on,
        "evidence": step.evidence,
        "number": step.number or None,
        "premises": step.address or None,
        "staff": step.staff,
        "staff_on": step.staff_on,
    }


def stand(lead: int) -> None:
    """Writes at a company where it and those merged into it stand together."""
    rows = StageEntry.objects.filter(company__in=queries.together(lead), struck_at__isnull=True)
    way = rules.joined({CompanyStage(stage): on} for stage, on in rows.values_list("stage", "on"))
    stage, on = rules.stands_at(way)
    Company.objects.filter(pk=lead).update(stage=stage, stage_on=on)


def _why(reason: str) -> str:
    if not reason.strip():
        raise Refused("company_reason_needed", field="reason")
    return reason.strip()[:300]


@action
def strike(*, by: Actor, now: datetime, company: int, version: int, entry: int, reason: str) -> None:
    """Takes back a stage that was entered by mistake; it stays to be seen, struck out, with the reason.

    Refused: ``company_reason_needed``, ``company_last_stage``, ``company_grown``, ``company_merged``; Stale.
    """
    keeper, why = rules.refuse_unless_keeper(by), _why(reason)
    standing = StageEntry.objects.filter(company=company, struck_at__isnull=True)
    reached = {CompanyStage(stage): on for stage, on in standing.values_list("stage", "on")}
    row = standing.filter(pk=entry).first()
    if row is None:
        raise Stale("company")
    rules.refuse_to_strike(CompanyStage(row.stage), reached)
    turn(company, version)
    standing.filter(pk=entry).update(struck_at=now, struck_by_id=keeper, struck_why=why)
    stand(company)
    record(by=by, now=now, did="companies.strike", kind=KIND, subject=company, stage=row.stage)


# --- next step ---


@action
def plan(*, by: Actor, now: datetime, company: int, version: int, what: str, owner: int, due: date) -> None:
    """Sets the next step, in place of another: what, whose it is, and until when.

    Refused: ``company_step_needed``, ``company_owner_unknown``, ``company_due_over``, ``company_merged``; Stale.
    """
    rules.refuse_unless_keeper(by)
    text = " ".join(what.split())
    if not text or len(text) > rules.STEP_LIMIT:
        raise Refused("company_step_needed", field="what", most=rules.STEP_LIMIT)
    if due < queries.today(now):
        raise Refused("company_due_over", field="due")
    if not queries.owners().filter(pk=owner).exists():
        raise Refused("company_owner_unknown", field="owner")
    turn(company, version, next_step=text, next_owner=owner, next_due=due, next_told=0)
    record(by=by, now=now, did="companies.plan", kind=KIND, subject=company, owner=owner, due=str(due))


@action
def finish(*, by: Actor, now: datetime, company: int, version: int) -> None:
    """The next step is done, or no longer needed. Refused: ``company_merged``; Stale."""
    rules.refuse_unless_keeper(by)
    turn(company, version, next_step="", next_owner=None, next_due=None, next_told=0)
    record(by=by, now=now, did="companies.finish", kind=KIND, subject=company)


# --- notes, papers, support ---


@action
def note(*, by: Actor, now: datetime, company: int, on: date, text: str) -> CompanyNote:
    """Keeps what was said at a meeting. Refused: ``company_note_empty``, ``company_day_ahead``, ``company_merged``."""
    keeper = rules.refuse_unless_keeper(by)
    _present(company)
    if on > queries.today(now):
        raise Refused("company_day_ahead", field="on")
    if not text.strip() or len(text) > rules.NOTE_LIMIT:
        raise Refused("company_note_empty", field="text", most=rules.NOTE_LIMIT)
    row = CompanyNote.objects.create(company_id=company, on=on, text=text.strip(), author_id=keeper, written_at=now)
    record(by=by, now=now, did="companies.note", kind=KIND, subject=company, note=row.pk)
    return row


@action
def file(*, by: Actor, now: datetime, company: int, stored: StoredFile, name: str) -> CompanyDocument:
    """Adds a stored paper. Refused: ``company_merged``."""
    keeper = rules.refuse_unless_keeper(by)
    _present(company)
    row = CompanyDocument.objects.create(
        company_id=company, file=stored, name=name[:160], added_by_id=keeper, added_at=now
    )
    record(by=by, now=now, did="companies.file", kind=KIND, subject=company, document=row.pk, sha256=stored.sha256)
    return row


@action
def remove(*, by: Actor, now: datetime, company: int, part: str, row: int) -> None:
    """Removes a note or a paper ("note", "document") that was put to the wrong company; Stale where it is gone."""
    rules.refuse_unless_keeper(by)
    table = {"note": CompanyNote, "document": CompanyDocument}[part]
    gone, _rows = table.objects.filter(pk=row, company__in=queries.together(company)).delete()
    if not gone:
        raise Stale("company")
    record(by=by, now=now, did="companies.remove", kind=KIND, subject=company, part=part, row=row)


@action
def give(*, by: Actor, now: datetime, company: int, kind: CompanySupportKind, on: date, what: str, won: int | None,
         source: str, file: StoredFile | None = None, file_name: str = "") -> SupportGiven:  # fmt: skip
    """Enters support that no table of the centre knows, with where that stands (a paper's number, a report's page).

    Refused: ``company_support_incomplete``, ``company_day_ahead``, ``company_won_wrong``, ``company_merged``.
    """
    keeper = rules.refuse_unless_keeper(by)
    _present(company)
    texts = {"what": " ".join(what.split()), "source": " ".join(source.split())}
    for name, most in (("what", rules.STEP_LIMIT), ("source", rules.EVIDENCE_LIMIT)):
        if not texts[name] or len(texts[name]) > most:
            raise Refused("company_support_incomplete", field=name, most=most)
    if on > queries.today(now):
        raise Refused("company_day_ahead", field="on")
    if won is not None and not 0 <= won <= 10**15:
        raise Refused("company_won_wrong", field="won")
    row = SupportGiven.objects.create(
        company_id=company, kind=kind, on=on, won=won, file=file, file_name=file_name[:160], entered_by_id=keeper,
        entered_at=now, **texts,
    )  # fmt: skip
    record(by=by, now=now, did="companies.give", kind=KIND, subject=company, support=row.pk, what=kind, won=won)
    return row


@action
def take_back(*, by: Actor, now: datetime, company: int, support: int, reason: str) -> None:
    """Takes back support that was entered by mistake. Refused: ``company_reason_needed``; Stale."""
    keeper, why = rules.refuse_unless_keeper(by), _why(reason)
    rows = SupportGiven.objects.filter(pk=support, company__in=queries.together(company), struck_at__isnull=True)
    if not rows.update(struck_at=now, struck_by_id=keeper, struck_why=why):
        raise Stale("company")
    record(by=by, now=now, did="companies.take_back", kind=KIND, subject=company, support=support)
