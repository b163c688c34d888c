"""Keeps where graduates were hired: told by them or entered by staff, counted once it is accepted."""

from __future__ import annotations

from datetime import date, datetime

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.companies.models import Company
from madang.portal.courses.rules import KEEPERS, refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.learners import queries, rules
from madang.portal.learners.models import Placement
from madang.portal.learners.rules import LearnerState, PlacementState
from madang.portal.transactions import action


def company_numbered(number: str) -> Company | None:
    """The company of the pipeline with a registration number, however it is written."""
    digits = "".join(sign for sign in number if sign.isdigit())
    row = Company.objects.filter(registration_number=digits).select_related("lead").first() if digits else None
    return (row.lead or row) if row else None


@action
def tell(*, by: Actor, now: datetime, learner: int, employer: str, hired_on: date, evidence: str, number: str = ""
         ) -> Placement:  # fmt: skip
    """Says where a graduate was hired; `number`: the employer's registration number, if it is known.

    Refused: ``not_found``, ``learner_not_graduated``, ``learner_day_ahead``, ``placement_incomplete`` (most).
    """
    row = queries.learners(by).filter(pk=learner).first()
    if row is None or not (by.person == row.person_id or by.has(*KEEPERS)):
        raise Refused("not_found")
    if row.state != LearnerState.GRADUATED:
        raise Refused("learner_not_graduated")
    if hired_on > queries.today(now):
        raise Refused("learner_day_ahead", field="hired_on")
    texts = {"employer": " ".join(employer.split()), "evidence": " ".join(evidence.split())}
    for name, most in (("employer", rules.EMPLOYER_LIMIT), ("evidence", rules.EVIDENCE_LIMIT)):
        if not 1 <= len(texts[name]) <= most:
            raise Refused("placement_incomplete", field=name, most=most)
    found = Placement.objects.create(
        learner=row, company=company_numbered(number), hired_on=hired_on, told_at=now, **texts
    )
    record(by=by, now=now, did="learners.tell_placement", kind="learner", subject=learner, placement=found.pk)
    return found


@action
def decide(*, by: Actor, now: datetime, placement: int, accept: bool, why: str = "") -> None:
    """Accepts a placement, so that it counts, or refuses it with the reason.

    Refused: ``not_allowed_for_role``, ``learner_why_needed``; Stale where it was decided already.
    """
    keeper = refuse_unless_keeper(by)
    if not accept and not why.strip():
        raise Refused("learner_why_needed", field="why")
    state = PlacementState.ACCEPTED if accept else PlacementState.REFUSED
    fields = {"state": state, "decided_by_id": keeper, "decided_at": now, "why": why.strip()[: rules.WHY_LIMIT]}
    if not Placement.objects.filter(pk=placement, state=PlacementState.TOLD).update(**fields):
        raise Stale("placement")
    record(by=by, now=now, did="learners.decide_placement", kind="placement", subject=placement, state=state)
