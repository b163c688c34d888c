"""Brings a list of companies in, all or none, once a person has told apart what may be the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.companies import queries, rules
from madang.portal.companies.actions import columns, stand, step_columns
from madang.portal.companies.models import Company, StageEntry
from madang.portal.companies.progress import Way
from madang.portal.companies.rules import CompanyStage
from madang.portal.companies.sheet import CompanyFault, CompanyList, CompanyVerdict, Judged, KnownCompany, judged
from madang.portal.journal.actions import record
from madang.portal.transactions import action


@dataclass(frozen=True)
class BroughtIn:
    """How many rows of a list were new companies, added something to known ones, changed nothing, or were left out."""

    new: int
    changed: int
    unchanged: int
    skipped: int


def known() -> list[KnownCompany]:
    """Every company that stands for itself, as a list's rows are compared with it; two queries."""
    names: dict[int, str] = {}
    keys: dict[int, set[str]] = {}
    numbers: dict[int, set[str]] = {}
    for pk, lead, name, key, number in Company.objects.values_list(
        "pk", "lead", "name", "name_key", "registration_number"
    ):
        keys.setdefault(lead or pk, set()).add(key)
        numbers.setdefault(lead or pk, set()).update({number} - {None})
        if lead is None:
            names[pk] = name
    entries = StageEntry.objects.filter(struck_at__isnull=True)
    parts: dict[int, list[Way]] = {}
    for pk, lead, stage, on, number in entries.values_list("company", "company__lead", "stage", "on", "number"):
        parts.setdefault(lead or pk, []).append({CompanyStage(stage): on})
        numbers[lead or pk].update({number} - {None})
    ways = {pk: rules.joined(each) for pk, each in parts.items()}
    return [
        KnownCompany(pk, name, frozenset(keys[pk]), frozenset(numbers[pk]), ways.get(pk, {}))
        for pk, name in names.items()
    ]


def look(
    *, by: Actor, now: datetime, listed: CompanyList, decided: Mapping[int, str]
) -> tuple[list[Judged], list[CompanyFault]]:
    """What bringing a list in would come to; nothing is stored. Refused: ``not_allowed_for_role``, as `judged`."""
    rules.refuse_unless_keeper(by)
    found, faults = judged(listed.rows, known(), decided, queries.today(now))
    return found, sorted([*listed.faults, *faults], key=lambda fault: fault.place)


@action
def bring_in(*, by: Actor, now: datetime, listed: CompanyList, decided: Mapping[int, str], sha256: str = "",
             generated: bool = False) -> BroughtIn:  # fmt: skip
    """Stores the new companies and adds what is new to known ones; nothing that stands is changed.

    The same list twice stores nothing, not even a line in the journal. Refused: ``not_allowed_for_role``,
    ``companies_have_faults`` (rows), ``companies_to_be_told_apart`` (rows), ``company_decision_unknown`` (row).
    """
    found, faults = look(by=by, now=now, listed=listed, decided=decided)
    counts = Counter(one.verdict for one in found)
    if faults:
        raise Refused("companies_have_faults", rows=len(faults))
    if counts[CompanyVerdict.POSSIBLE]:
        raise Refused("companies_to_be_told_apart", rows=counts[CompanyVerdict.POSSIBLE])
    _store_new(by, now, [one for one in found if one.verdict is CompanyVerdict.NEW], generated)
    for one in found:
        if one.verdict is CompanyVerdict.CHANGED:
            _add_to(by, now, one)
    order = (CompanyVerdict.NEW, CompanyVerdict.CHANGED, CompanyVerdict.UNCHANGED, CompanyVerdict.SKIPPED)
    done = BroughtIn(*(counts[verdict] for verdict in order))
    if done.new or done.changed:
        facts = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged, "skipped": done.skipped}
        record(by=by, now=now, did="companies.bring_in", kind="company", subject="many", file=sha256, **facts)
    return done


def _store_new(by: Actor, now: datetime, found: list[Judged], generated: bool) -> None:
    rows = []
    for one in found:
        stage, on = rules.stands_at({step.stage: step.on for step in one.row.steps})
        given = columns(one.row.given)
        given["registration_number"] = given["registration_number"] or _office_number(one)
        rows.append(Company(**given, stage=stage, stage_on=on, added_at=now, generated=generated))
    stored = Company.objects.bulk_create(rows)
    who = {"entered_by_id": by.person, "entered_at": now}
    StageEntry.objects.bulk_create(
        StageEntry(company=row, **who, **step_columns(step))
        for row, one in zip(stored, found, strict=True)
        for step in one.row.steps
    )


def _office_number(one: Judged) -> str | None:
    return next((step.number for step in one.row.steps if step.number), None)


def _add_to(by: Actor, now: datetime, one: Judged) -> None:
    """Fills what is empty and adds the stages that are missing; the row was judged in this transaction."""
    if one.known is None:
        return
    pk, given = one.known.pk, columns(one.row.given)
    row = Company.objects.get(pk=pk)
    number = given["registration_number"] or _office_number(one)
    filled = {name: given[name] for name in ("name_en", "field", "contact") if given[name] and not getattr(row, name)}
    if number and not row.registration_number:
        filled["registration_number"] = number
    if not Company.objects.filter(pk=pk, version=row.version).update(**filled, version=row.version + 1):
        raise Refused("company_merged")
    who = {"entered_by_id": by.person, "entered_at": now}
    StageEntry.objects.bulk_create(StageEntry(company_id=pk, **who, **step_columns(step)) for step in one.steps)
    stand(pk)
