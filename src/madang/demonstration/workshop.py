"""Draws what goes on around the equipment: a qualification that a simulator asks for, who operates it, and damage."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.conf import settings

from madang.demonstration import cast as casting
from madang.demonstration import draw
from madang.demonstration.cast import Cast
from madang.portal.bookings import operating
from madang.portal.facilities.models import Facility
from madang.portal.incidents import actions as incidents
from madang.portal.incidents.rules import IncidentKind, IncidentState, Severity
from madang.portal.qualifications import actions as qualifications

CODE, SIMULATOR = "driving-safety", "SIM-DIL"
# what was found, how bad it is, days ago, and how far it is
FOUND = (
    ("케이블 피복 손상(가상)", Severity.SLIGHT, 20, (IncidentState.WORKING, IncidentState.SETTLED)),
    ("표시등 고장(가상)", Severity.SLIGHT, 9, (IncidentState.WORKING,)),
    ("덮개 잠금 불량(가상)", Severity.SERIOUS, 2, ()),
)
WORDS = "시연용으로 만든 보고입니다."


def build(cast: Cast, now: datetime) -> None:
    """The dome asks for a course in safety that the owner and the engineer hold; three pieces were found damaged."""
    keeper, draws = cast.actor("manager"), random.Random(draw.SEED + 4)
    act = {"by": keeper, "now": now}
    qualifications.add(
        **act, code=CODE, name_ko="주행 시뮬레이터 안전교육(가상)", name_en="Simulator safety (generated)"
    )
    dome = Facility.objects.get(code=SIMULATOR)
    qualifications.require(**act, facility=dome.pk, codes=[CODE])
    today = now.astimezone(settings.MADANG_ZONE).date()
    for name, days in (("owner", 300), ("engineer", 20)):
        held = {"given_on": today - timedelta(days=30), "expires_on": today + timedelta(days=days)}
        qualifications.grant(**act, code=CODE, email=f"{name}@{casting.DOMAIN}", evidence="시연용 가상 이수증", **held)
    operating.set_operators(**act, facility=dome.pk, emails=[f"operator@{casting.DOMAIN}"])
    pieces = draws.sample(list(Facility.objects.filter(kind="equipment").order_by("code")), len(FOUND))
    for piece, (what, severity, days, moves) in zip(pieces, FOUND, strict=True):
        at = now - timedelta(days=days)
        told = {"facility": piece.pk, "kind": IncidentKind.DAMAGE, "severity": severity, "what": what, "words": WORDS}
        row = incidents.report(by=cast.actor("owner"), now=at, **told)
        for version, to in enumerate(moves, start=1):
            later = at + timedelta(days=version)
            incidents.move(by=keeper, now=later, report=row.pk, version=version, to=to, words=WORDS)
