"""Reads companies: lists and the board, one with its whole history, progress, and whom it may be twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import WORKING_ROLES, Actor
from madang.portal.companies import rules
from madang.portal.companies.models import Company, CompanyDocument, CompanyNote, StageEntry, SupportGiven
from madang.portal.companies.progress import Way
from madang.portal.companies.rules import STAGES, CompanyStage
from madang.portal.people.models import Organisation, Person, StaffRole
from madang.portal.tasks import Task

_LEADS = Q(lead__isnull=True)
_RANK = Case(*(When(stage=stage, then=place) for place, stage in enumerate(STAGES)))


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def companies(by: Actor) -> QuerySet[Company]:
    """Every company for staff and auditors, those that were merged too; for others there are none."""
    rows = Company.objects.select_related("next_owner", "organisation")
    return rows if by.reads_everything else rows.none()


def listed(by: Actor, *, words: str = "", stage: str = "", field: str = "", owner: str = "", due: str = "",
           day: date) -> QuerySet[Company]:  # fmt: skip
    """Those that stand for themselves and fit, by name. `due`: "late" before the day, "week" within seven days of it.

    `words` are looked for in names, in the field and in business registration numbers, that of an office too.
    """
    rows = companies(by).filter(_LEADS).order_by("name", "pk")
    for word in words.split():
        number = "".join(sign for sign in word if sign.isdigit())
        fits = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(field__icontains=word)
        if len(number) >= 3:
            offices = StageEntry.objects.filter(number__contains=number, struck_at__isnull=True)
            fits |= Q(registration_number__contains=number) | Q(pk__in=offices.values("company"))
        rows = rows.filter(fits)
    chosen = {"stage": stage, "field": field, "next_owner": owner}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    spans = {"late": Q(next_due__lt=day), "week": Q(next_due__gte=day, next_due__lte=day + timedelta(days=7)),
             "none": Q(next_due__isnull=True)}  # fmt: skip
    return rows.filter(spans[due]) if due in spans else rows


def board(rows: QuerySet[Company], each: int) -> tuple[dict[str, int], list[Company]]:
    """How many of `rows` stand at each stage, and of each stage the first few by their next step's day."""
    plain = rows.order_by()
    counts = dict(plain.values_list("stage").annotate(n=Count("pk")))
    order = (F("next_due").asc(nulls_last=True), F("stage_on").desc(), F("pk").asc())
    place = Window(RowNumber(), partition_by="stage", order_by=order)
    return counts, list(plain.annotate(place=place).filter(place__lte=each).order_by("place"))


def fields_in_use(by: Actor) -> list[str]:
    """Every field that some company has."""
    return list(companies(by).exclude(field="").order_by("field").values_list("field", flat=True).distinct())


def owners() -> QuerySet[Person]:
    """Who can have a next step: people who work for the body."""
    held = StaffRole.objects.filter(role__in=WORKING_ROLES, ended_at__isnull=True)
    return Person.objects.filter(is_active=True, staff_roles__in=held).distinct().order_by("name", "pk")


# --- one company, with those that were merged into it ---


def together(company: int) -> list[int]:
    """The company and all that were merged into it."""
    return [company, *Company.objects.filter(lead=company).order_by("pk").values_list("pk", flat=True)]


def followers(company: int) -> QuerySet[Company]:
    """The companies that were merged into this one, straight or by way of another."""
    return Company.objects.filter(lead=company).select_related("merged_into").order_by("merged_at", "pk")


def history(group: Iterable[int]) -> QuerySet[StageEntry]:
    """Every stage entered for these, struck ones too, in order of the days."""
    rows = StageEntry.objects.filter(company__in=list(group)).annotate(rank=_RANK)
    return rows.select_related("company", "file", "entered_by", "struck_by").order_by("on", "rank", "pk")


def notes(group: Iterable[int]) -> QuerySet[CompanyNote]:
    """Notes of meetings, the newest first."""
    rows = CompanyNote.objects.filter(company__in=list(group)).select_related("author", "company")
    return rows.order_by("-on", "-pk")


def documents(group: Iterable[int]) -> QuerySet[CompanyDocument]:
    """Papers, the newest first."""
    rows = CompanyDocument.objects.filter(company__in=list(group)).select_related("file", "added_by", "company")
    return rows.order_by("-pk")


def supports(group: Iterable[int]) -> QuerySet[SupportGiven]:
    """Support entered by hand that stands, the newest first."""
    rows = SupportGiven.objects.filter(company__in=list(group), struck_at__isnull=True)
    return rows.select_related("file", "company").order_by("-on", "-pk")


def file_of(by: Actor, part: str, pk: int) -> Any:
    """The row that holds a file: "document", "stage" or "support"; only for staff and auditors, else None."""
    tables = {"document": CompanyDocument, "stage": StageEntry, "support": SupportGiven}
    if part not in tables or not by.reads_everything:
        return None
    return tables[part].objects.filter(pk=pk, file__isnull=False).select_related("file", "company").first()


def twins(row: Company) -> list[Company]:
    """Other companies that stand for themselves and may be this one: by name, or by a registration number."""
    numbers = [row.registration_number] if row.registration_number else []
    numbers += StageEntry.objects.filter(company=row, number__isnull=False).values_list("number", flat=True)
    same = Q(name_key=row.name_key) | Q(registration_number__in=numbers)
    same |= Q(pk__in=StageEntry.objects.filter(number__in=numbers, struck_at__isnull=True).values("company"))
    return list(Company.objects.filter(_LEADS, same).exclude(pk__in=[row.pk, row.lead_id]).order_by("name", "pk")[:20])


def organisation_numbered(row: Company) -> Organisation | None:
    """The organisation with the company's number that no company is linked with; staff say whether it is the same."""
    if row.organisation_id or not row.registration_number:
        return None
    return Organisation.objects.filter(registration_number=row.registration_number, company__isnull=True).first()


def of_organisation(organisation: int) -> Company | None:
    """The company that an organisation is, as staff said."""
    return Company.objects.filter(organisation=organisation).first()


# --- all together ---


def ways(rows: QuerySet[Company] | None = None) -> list[Way]:
    """The way of every company that stands for itself (of `rows`, if given), those merged into it counted in."""
    entries = StageEntry.objects.filter(struck_at__isnull=True)
    if rows is not None:
        kept = rows.order_by().values("pk")
        entries = entries.filter(Q(company__in=kept) | Q(company__lead__in=kept))
    found: dict[int, list[Way]] = {}
    for company, lead, stage, day in entries.values_list("company", "company__lead", "stage", "on"):
        found.setdefault(lead or company, []).append({CompanyStage(stage): day})
    return [rules.joined(each) for each in found.values()]


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For whom a next step is theirs: those that are due within a week, or late."""
    if not by.is_staff:
        return []
    soon = today(now) + timedelta(days=7)
    due = Company.objects.filter(_LEADS, next_owner=by.person, next_due__lte=soon).count()
    url = f"{reverse('companies')}?owner={by.person}"
    return [Task(gettext("Next actions with companies that are due"), url, due)] if due else []
