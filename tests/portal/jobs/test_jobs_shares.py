"""Shares of the machine: who sets them, on a page, and that the machine is told."""

import pytest
from factories import NOW, make_actor, make_staff

from madang.errors import Refused
from madang.portal import backends
from madang.portal.actors import Role
from madang.portal.jobs import shares
from madang.portal.jobs.models import ShareSetting
from madang.portal.journal.models import JournalEntry
from madang.portal.people.sentences import ORGANISATION_KINDS

GIVEN = {"weights": {"company": 2}, "parts": {"university": {"cores": 1}}, "borrowing": "borrow"}


def filled(**changes):
    values = {f"{name}_{kind}": 1 if name == "weight" else 0 for kind in ORGANISATION_KINDS
              for name in ("weight", "cores", "gpus")}  # fmt: skip
    return {**values, "borrowing": "borrow", **changes}


def test_the_machine_is_told_the_newest_shares(machine, db):
    assert (shares.present(), shares.tell(NOW)) == (None, 0)
    operator = make_actor(Role.OPERATOR)
    shares.set_shares(by=operator, now=NOW, **GIVEN)
    shares.set_shares(by=operator, now=NOW, **{**GIVEN, "weights": {"company": 3}})
    shares.tell(NOW)
    policy = backends.backend().queue()[1]
    assert (policy.weights, policy.parts, policy.borrowing) == ({"company": 3}, GIVEN["parts"], "borrow")
    shares.set_shares(by=operator, now=NOW, weights={}, parts={}, borrowing="borrow")
    shares.tell(NOW)
    assert backends.backend().queue()[1].parts == {}
    assert JournalEntry.objects.filter(action="jobs.set_shares").count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"company": 0}},
        {"weights": {"company": 1001}},
        {"weights": {"friends": 1}},
        {"parts": {"company": {"cores": -1}}},
        {"borrowing": "lend"},
    ],
)
def test_shares_beyond_their_bounds_are_refused(db, change):
    with pytest.raises(Refused, match="share_out_of_range"):
        shares.set_shares(by=make_actor(Role.OPERATOR), now=NOW, **{**GIVEN, **change})


def test_only_operators_set_shares(db):
    for role in (Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER, Role.APPROVER, Role.AUDITOR):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            shares.set_shares(by=make_actor(role), now=NOW, **GIVEN)


def test_shares_are_set_on_a_page(machine, client, db):
    client.force_login(make_staff(Role.OPERATOR))
    client.cookies["madang_language"] = "en"
    assert "GPUs of its own" in client.get("/jobs/shares/").content.decode()
    answer = client.post("/jobs/shares/", filled(weight_company=5, cores_university=7, borrowing="reclaim"))
    row = ShareSetting.objects.get()
    assert answer.status_code == 302 and row.parts == {"university": {"cores": 7}}
    assert (row.weights["company"], row.weights["university"], row.borrowing) == (5, 1, "reclaim")
    assert 'value="7"' in client.get("/jobs/shares/").content.decode()
    assert client.post("/jobs/shares/", filled(weight_company=0)).status_code == 422
    client.force_login(make_staff(Role.AUDITOR))
    assert "Set the shares" not in client.get("/jobs/shares/").content.decode()
