"""Draws the wage aid of a cohort that is over: two graduates hired by the owner's company, one paid for, one to decide."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from django.conf import settings

from madang.demonstration.cast import Cast
from madang.portal.aids import actions as aids
from madang.portal.aids.rules import AidKind
from madang.portal.companies.models import Company
from madang.portal.courses.models import Cohort
from madang.portal.files.actions import store
from madang.portal.files.rules import ATTACHMENTS
from madang.portal.funding.models import FundingSource
from madang.portal.learners import placing
from madang.portal.learners.models import Learner, Placement
from madang.portal.learners.rules import LearnerState
from madang.portal.wageclaims import actions
from madang.portal.wageclaims.rules import WageTermsGiven

# what was published of the seventh cohort: 2.4 million won a month for six months; the other terms are ours
MONTH_WON, MONTHS, HIRED = 2_400_000, 6, 2
PAPER = b"%PDF-1.7\n% made up for the demonstration\n"


def build(cast: Cast, cohort: Cohort, now: datetime) -> None:
    """Terms that are public, two claims for the last whole month, and the list that two people fixed."""
    keeper, owner = cast.actor("manager"), cast.actor("owner")
    company = Company.objects.filter(organisation__in=list(owner.memberships)).get()
    source = FundingSource.objects.order_by("pk").values_list("pk", flat=True)[0]
    terms = WageTermsGiven(MONTH_WON, MONTHS, 180, 5 * MONTHS * MONTH_WON, office_needed=False, source=source)
    actions.set_terms(by=keeper, now=now, cohort=cohort.pk, terms=terms)
    month = (now.astimezone(settings.MADANG_ZONE).date().replace(day=1) - timedelta(days=1)).replace(day=1)
    placed = Placement.objects.filter(learner__cohort=cohort).values("learner")
    free = Learner.objects.filter(cohort=cohort, state=LearnerState.GRADUATED).exclude(pk__in=placed).order_by("pk")
    paper = store(now=now, name="generated.pdf", allowed=ATTACHMENTS, upload_chunks=[PAPER])
    claims = []
    for learner in free[:HIRED]:
        told = {"employer": company.name, "hired_on": month, "evidence": "시연용으로 그린 가상 증빙"}
        row = placing.tell(by=keeper, now=now, learner=learner.pk, number=company.registration_number or "", **told)
        placing.decide(by=keeper, now=now, placement=row.pk, accept=True)
        last = date(month.year, month.month, monthrange(month.year, month.month)[1])
        span = {"first_month": f"{month:%Y-%m}", "last_month": f"{month:%Y-%m}", "employed_on": last}
        claims.append(
            actions.claim(by=owner, now=now, placement=row.pk, **span, file=paper, file_name="가상_증빙.pdf").pk
        )
    actions.decide(by=cast.actor("screening"), now=now, claim=claims[0], accept=True)
    given = {"cohort": cohort.pk, "month": f"{month:%Y-%m}", "kind": AidKind.WAGE}
    made = aids.open_month(by=keeper, now=now, **given)
    aids.draft(by=keeper, now=now, aids=made.pk, comment="시연용으로 만든 기안입니다.")
    aids.fix(by=cast.actor("approver"), now=now, aids=made.pk, comment="", document_number="시연-채용장려금-1")
