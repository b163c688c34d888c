"""Several share an award, each with a part: what one person's jobs hold and use stays within it, at any moment."""

from __future__ import annotations

from functools import partial

import pytest
from factories import NOW, actor, make_person
from portal.jobs.conftest import balances, make_paid, submit
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.actors import WORKER
from madang.portal.awards import parts
from madang.portal.awards.models import AwardPart
from madang.portal.jobs import actions, sharing
from madang.portal.jobs.models import Job
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.rules import Usage
from madang.portal.people.models import Membership


def shared(paid, *people, seconds):
    parts.give(now=NOW, award=paid.award.pk, people=[person.pk for person in people], seconds=seconds)


@pytest.mark.django_db
def test_whoever_shares_an_award_is_a_member_for_as_long():
    paid, one = make_paid(), make_person()
    shared(paid, one, paid.owner, seconds=60)
    shared(paid, one, seconds=120)
    found = AwardPart.objects.filter(ended_at__isnull=True)
    assert set(found.values_list("person", "seconds", "joined")) == {(one.pk, 120, True), (paid.owner.pk, 60, False)}
    assert actor(one).member_of(paid.award.organisation_id)
    assert parts.end(now=NOW, award=paid.award.pk) == 2
    assert not actor(one).member_of(paid.award.organisation_id)
    assert actor(paid.owner).owner_of(paid.award.organisation_id)
    assert Membership.objects.filter(person=one, left_at=NOW).count() == 1
    assert parts.end(now=NOW, award=paid.award.pk) == 0


@pytest.mark.django_db
def test_jobs_stay_within_a_persons_part_and_settled_ones_count_as_used(machine):
    paid, one, two = make_paid(), make_person(), make_person()
    shared(paid, one, two, seconds=150)
    first = submit(paid, by=actor(one), seconds=100)
    with pytest.raises(Refused, match="part_used_up"):
        submit(paid, by=actor(one), seconds=51)
    submit(paid, by=actor(two), seconds=150)
    submit(paid, seconds=1000)
    assert balances(paid).held == 1250
    used = Usage("job", "x/use", f"award:{paid.award.pk}", paid.pool.pk, f"job:{first.pk}", "2026-04", NOW.date(), 30)
    ledger.use(by=WORKER, now=NOW, usage=used)
    Job.objects.filter(pk=first.pk).update(state="succeeded", ended_at=NOW, settled_at=NOW)
    assert sharing.spent(paid.award.pk, [one.pk]) == {(one.pk, paid.pool.pk): 30}
    submit(paid, by=actor(one), seconds=120)
    assert sharing.spent(paid.award.pk)[one.pk, paid.pool.pk] == 150


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_do_not_both_get_the_rest_of_a_part(machine):
    paid, one = make_paid(), make_person()
    shared(paid, one, seconds=100)
    by = actor(one)
    answers = at_once(*[partial(submit, paid, by=by, seconds=60) for _ in range(2)])
    assert [error.code for error in errors(answers)] == ["part_used_up"]
    assert balances(paid).held == 60
    assert actions.Job.objects.filter(submitted_by=one).count() == 1
