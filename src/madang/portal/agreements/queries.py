"""Reads agreements with their signatures, and gathers the figures that their texts are made of."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, MemberRole, Role
from madang.portal.agreements.models import Agreement, Signature, SignedPaper
from madang.portal.agreements.rules import Article, Figures, PaperState, Price, Side
from madang.portal.awards.models import Award, AwardLine
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import Preview, Stacking
from madang.portal.tasks import Task
from madang.values import Month, months_from


def agreements(by: Actor) -> QuerySet[Agreement]:
    """Agreements with signatures and papers: one's own, all for staff and auditors; newest version first."""
    signatures = Signature.objects.select_related("person", "checked_by").order_by("signed_at")
    papers = SignedPaper.objects.select_related("file", "uploaded_by").order_by("-pk")
    rows = Agreement.objects.select_related("award__organisation").order_by("-version")
    rows = rows.prefetch_related(Prefetch("signatures", signatures), Prefetch("papers", papers))
    return rows if by.reads_everything else rows.filter(award__organisation__in=by.memberships)


def newest(by: Actor, award: int) -> Agreement | None:
    """The version of an award's agreement that counts."""
    return agreements(by).filter(award=award).first()


def versions(by: Actor, award: int) -> dict[int, datetime]:
    """When each version of an award's agreement was drawn up, newest first."""
    rows = Agreement.objects.filter(award=award).order_by("-version")
    if not by.reads_everything:
        rows = rows.filter(award__organisation__in=by.memberships)
    return dict(rows.values_list("version", "created_at"))


def figures(by: Actor, award: int, version: int) -> Figures:
    """What a version's text is made of, as the tables stand; `by` belongs to the organisation or reads everything."""
    rows = Award.objects.select_related(
        "organisation", "application__intake__call", "application__track", "second_instalment"
    )
    row = rows.get(pk=award)
    lines = AwardLine.objects.filter(award=award, by_transfer=False).select_related("product__pool").order_by("pk")
    call, second = row.application.intake.call, getattr(row, "second_instalment", None)
    return Figures(
        number=row.number,
        version=version,
        centre=dict(settings.MADANG_CENTRE_NAME),
        organisation={"ko": row.organisation.name, "en": row.organisation.name_en or row.organisation.name},
        registration_number=row.organisation.registration_number,
        title=row.title,
        call={"ko": call.title_ko, "en": call.title_en},
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        lines=tuple(_article(by, row, line) for line in lines),
        report_on=second.report_on if second else None,
    )


def _article(by: Actor, award: Award, line: AwardLine) -> Article:
    product, pool = line.product, line.product.pool
    months = months_from(Month.parse(line.first_month), line.months)
    found = prices.price_preview(
        by, product, line.quantity, months, award.organisation, Stacking(award.application.track.stacking)
    )
    return Article(
        product={"ko": product.name_ko, "en": product.name_en},
        pool={"ko": pool.name_ko, "en": pool.name_en},
        unit=pool.unit,
        quantity=line.quantity,
        units=product.units,
        by_hour=product.grain == "hour",
        first_month=line.first_month,
        months=line.months,
        seconds=line.seconds,
        price=_price(found, monthly=product.grain == "month") if found.whole else None,
    )


def _price(found: Preview, *, monthly: bool) -> Price:
    """What is held is due month by month; what is sold by the hour when it is used."""
    due: dict[str, int] = defaultdict(int)
    for line in found.lines:
        due[str(line.month)] += line.quote.payable
    total, months = found.total, tuple(sorted(due.items())) if monthly else ()
    return Price(total.reference, total.list_price, total.discount, total.payable, total.vat, months)


def to_check(by: Actor) -> QuerySet[SignedPaper]:
    """Signed papers that wait for staff to look at them."""
    rows = SignedPaper.objects.filter(state=PaperState.WAITING).select_related(
        "agreement__award", "file", "uploaded_by"
    )
    return rows.order_by("pk") if by.is_staff else rows.none()


def paper(by: Actor, pk: int) -> SignedPaper | None:
    """One uploaded paper of an agreement that the actor may see."""
    rows = SignedPaper.objects.select_related("file", "agreement__award")
    if not by.reads_everything:
        rows = rows.filter(agreement__award__organisation__in=by.memberships)
    return rows.filter(pk=pk).first()


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an owner: agreements that their organisation has not signed."""
    owned = [organisation for organisation, role in by.memberships.items() if role is MemberRole.OWNER]
    text = gettext("An agreement to sign: {title}")
    waiting = Agreement.objects.filter(_newest(), award__organisation__in=owned, award__state="accepted")
    waiting = waiting.exclude(signatures__side=Side.USER).exclude(papers__state=PaperState.WAITING)
    return [
        Task(text.format(title=row.award.title), reverse("agreement", args=[row.award.number]))
        for row in waiting.select_related("award").order_by("award")
    ]


def _newest() -> Q:
    """Agreements that no later version of the same award's takes the place of."""
    return ~Exists(Agreement.objects.filter(award=OuterRef("award"), version__gt=OuterRef("version")))


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For an approver: agreements that the centre has not signed; for staff: signed papers to look at."""
    found = []
    if by.has(Role.APPROVER):
        rows = Agreement.objects.filter(_newest(), award__state="accepted", signatures__side=Side.USER)
        rows = rows.exclude(signatures__side=Side.BODY).select_related("award").order_by("award")
        text = gettext("An agreement to sign for the centre: {title}")
        found = [
            Task(text.format(title=row.award.title), reverse("agreement", args=[row.award.number])) for row in rows[:10]
        ]
    if by.has(Role.PROGRAMME_MANAGER, Role.APPROVER):
        text = gettext("A signed paper to check: {title}")
        found += [
            Task(text.format(title=row.agreement.award.title), reverse("agreement", args=[row.agreement.award.number]))
            for row in to_check(by)[:10]
        ]
    return found
