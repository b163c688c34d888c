"""The small calls in review show a consensus with claimed bonus points, and an exchange that costs one its place."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from madang.demonstration import cast as casting
from madang.demonstration import catalogue, draw, panels
from madang.portal.actors import WORKER
from madang.portal.applications.models import Application
from madang.portal.bonuses import queries as bonuses
from madang.portal.calls.models import Intake
from madang.portal.consensus.models import Consensus
from madang.portal.exchanges import queries as exchanges
from madang.portal.people import actions as people
from madang.portal.reviews import actions as reviews
from madang.portal.transactions import together

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def centre(db):
    begun = NOW - timedelta(days=60)
    with together():
        people.seed_regions(by=WORKER, now=begun)
        cast = casting.staff(begun)
        catalogue.consent_texts(cast, begun)
        catalogue.present_pools(cast, begun, NOW)
        for serial in range(1, 4):
            casting.generated_person("평가", serial, begun, random.Random(draw.SEED))
            email = f"generated-reviewer-{serial:04d}@{casting.DOMAIN}"
            reviews.add_reviewer(by=cast.actor("manager"), now=begun, email=email, affiliation="가상 연구원")
    panels.build(cast, NOW)
    return cast


def test_both_small_calls_stand_in_review_with_all_that_they_show(centre):
    blind = Intake.objects.get(call__code="blind-pilot")
    assert blind.call.blind and blind.state == "in_review"
    states = Consensus.objects.filter(application__intake=blind).values_list("state", flat=True)
    assert Counter(states) == {"closed": panels.AGREEING - 2, "sent": 1, "writing": 1}
    files = list(bonuses.claimed(centre.actor("screening"), blind.pk))
    counted = [bonuses.standing_of(file.pk) for file in files]
    assert [(one.claimed, one.confirmed, one.counts) for one in counted] == [(5, 5, 4), (3, 3, 3), (2, 0, 0), (3, 0, 0)]

    swap = Intake.objects.get(call__code="peer-exchange")
    states = Application.objects.filter(intake=swap).values_list("state", flat=True)
    assert Counter(states) == {"eligible": panels.PEERS - 1, "ineligible": 1}
    row = exchanges.confirmed(centre.actor("manager")).get(intake=swap)
    members = exchanges.members(row, NOW)
    assert sorted(one.missing for one in members) == [0] * (panels.PEERS - 1) + [1]
    assert sum("no_reasons" in one.flags for one in members) == 1
