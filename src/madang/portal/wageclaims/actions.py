"""Sets terms of wage aid, takes claims of companies, accepts or refuses them, and strikes a month found wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.companies import queries as pipeline
from madang.portal.companies.models import Company
from madang.portal.companies.rules import STAFFED
from madang.portal.courses.rules import refuse_unless_keeper
from madang.portal.files.models import StoredFile
from madang.portal.funding.models import FundingSource
from madang.portal.journal.actions import record
from madang.portal.learners.models import Placement
from madang.portal.learners.queries import today
from madang.portal.people.models import Organisation
from madang.portal.transactions import action
from madang.portal.wageclaims import queries, rules
from madang.portal.wageclaims.models import WageClaim, WageMonth, WageTerms
from madang.portal.wageclaims.rules import ClaimState, WageTermsGiven

KIND = "wage_claim"


@action
def set_terms(*, by: Actor, now: datetime, cohort: int, terms: WageTermsGiven) -> WageTerms:
    """Sets what a cohort pays for claims from now on; what was claimed keeps the terms it was claimed under.

    Refused: ``not_allowed_for_role``, ``wage_terms_invalid``, ``wage_source_unknown``.
    """
    rules.refuse_unless_setting(by)
    rules.check_terms(terms)
    if not FundingSource.objects.filter(pk=terms.source).exists():
        raise Refused("wage_source_unknown", field="source")
    given = {"source_id" if name == "source" else name: value for name, value in asdict(terms).items()}
    row = WageTerms.objects.create(cohort_id=cohort, set_by_id=by.person, set_at=now, **given)
    facts = {"terms": row.pk, "month_won": terms.month_won, "months_most": terms.months_most, "source": terms.source}
    record(by=by, now=now, did="wageclaims.set_terms", kind="cohort", subject=cohort, **facts)
    return row


@action
def claim(*, by: Actor, now: datetime, placement: int, first_month: str, last_month: str, employed_on: date,
          file: StoredFile, file_name: str) -> WageClaim:  # fmt: skip
    """Claims wage aid for a graduate's months, for the actor's organisation that hired them.

    Refused: ``not_found``, ``wage_office_needed``, ``wage_month_claimed``, and as `rules.check_hired`,
    `rules.claimed_months`, `rules.numbered` and `rules.check_ceiling`.
    """
    row = queries.placements(by).filter(pk=placement).first()
    organisation = queries.claimant(by, row) if row else None
    terms = queries.terms(row.learner.cohort_id).first() if row else None
    if row is None or organisation is None or terms is None:
        raise Refused("not_found")
    company = _company(row, terms)
    rules.check_hired(row.hired_on, row.learner.cohort.ends_on, terms.hired_within_days)
    shown = {"hired_on": row.hired_on, "employed_on": employed_on, "today": today(now)}
    months = rules.claimed_months(first_month, last_month, **shown)
    numbered = rules.numbered(months, queries.numbers_taken(row.learner_id), terms.months_most)
    before = queries.claimed_won(pipeline.together(company), terms.cohort_id)
    rules.check_ceiling(before, len(months) * terms.month_won, terms.company_most_won)
    span = {"first_month": first_month, "last_month": last_month, "employed_on": employed_on}
    made = _kept(by, now, row, organisation, company, terms, numbered, file=file, file_name=file_name[:160], **span)
    record(by=by, now=now, did="wageclaims.claim", kind=KIND, subject=made.pk, placement=placement, months=len(months))
    return made


def _company(row: Placement, terms: WageTerms) -> int:
    """The company that stands for the one that hired; two claims of one company, or a claim and a merge of it, come
    one after the other. Refused: ``wage_office_needed``.
    """
    company = row.company.lead_id or row.company_id if row.company else None
    rows = Company.objects.filter(pk=company, lead__isnull=True)
    if company is None or not rows.update(version=F("version") + 1):
        raise Stale("company")
    if terms.office_needed and not rows.filter(stage__in=STAFFED).exists():
        raise Refused("wage_office_needed")
    return int(company)


def _kept(
    by: Actor, now: datetime, row: Placement, organisation: Organisation, company: int, terms: WageTerms,
    numbered: dict[str, int], **given: object,
) -> WageClaim:  # fmt: skip
    who = {"placement": row, "organisation": organisation, "company_id": company, "terms": terms}
    try:
        with transaction.atomic():
            made = WageClaim.objects.create(claimed_by_id=by.person, claimed_at=now, **who, **given)
            WageMonth.objects.bulk_create(
                WageMonth(claim=made, learner_id=row.learner_id, month=month, number=number)
                for month, number in numbered.items()
            )
    except IntegrityError as error:
        raise Refused("wage_month_claimed", field="first_month") from error
    return made


@action
def decide(*, by: Actor, now: datetime, claim: int, accept: bool, why: str = "") -> None:
    """Accepts a claim, so that the cohort's next list pays it, or refuses it with the reason; its months are free then.

    Refused: ``not_allowed_for_role``, ``not_found``, ``wage_own_organisation``, ``wage_why_needed``,
    ``wage_placement_gone`` (it is no graduate's any more); Stale.
    """
    keeper = refuse_unless_keeper(by)
    row = queries.claims(by).filter(pk=claim).first()
    if row is None:
        raise Refused("not_found")
    if by.member_of(row.organisation_id):
        raise Refused("wage_own_organisation")
    words = why.strip()[: rules.WHY_LIMIT]
    if not accept and not words:
        raise Refused("wage_why_needed", field="why")
    if accept and row.placement.learner.state != "graduated":
        raise Refused("wage_placement_gone")
    state = ClaimState.ACCEPTED if accept else ClaimState.REFUSED
    fields = {"state": state, "decided_by_id": keeper, "decided_at": now, "why": words}
    if not WageClaim.objects.filter(pk=claim, state=ClaimState.CLAIMED).update(**fields):
        raise Stale("wage_claim")
    if not accept:
        WageMonth.objects.filter(claim=claim, struck_at__isnull=True).update(struck_by=keeper, struck_at=now)
    record(by=by, now=now, did="wageclaims.decide", kind=KIND, subject=claim, state=state)


@action
def strike(*, by: Actor, now: datetime, claim: int, month: str) -> None:
    """Strikes a month of an accepted claim that turned out wrong; the cohort's next list takes back what was paid.

    Refused: ``not_allowed_for_role``, ``not_found``, ``wage_own_organisation``; Stale where it is struck already.
    """
    keeper = refuse_unless_keeper(by)
    row = queries.claims(by).filter(pk=claim, state=ClaimState.ACCEPTED).first()
    if row is None:
        raise Refused("not_found")
    if by.member_of(row.organisation_id):
        raise Refused("wage_own_organisation")
    rows = WageMonth.objects.filter(claim=claim, month=month, struck_at__isnull=True)
    if not rows.update(struck_by=keeper, struck_at=now):
        raise Stale("wage_month")
    record(by=by, now=now, did="wageclaims.strike", kind=KIND, subject=claim, month=month)
