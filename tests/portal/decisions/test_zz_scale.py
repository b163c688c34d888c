import time
from datetime import timedelta
import pytest
from factories import *
from rounds import *
from madang.portal.reviews import actions as R, scoring
from madang.portal.reviews.models import *
from madang.portal.plans import actions as P, queries as PQ
from madang.portal.decisions import actions as D
from madang.portal.outbox.models import Message
from django.urls import reverse
from madang.portal.people.models import Person
@pytest.mark.django_db
def test_scale(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    found = make_round([], funded=5280//10)
    found.track.reviews_wanted=3; type(found.track).objects.update(reviews_wanted=3)
    for i in range(514):
        o=make_organisation(); w=make_member(o)
        found.files.append(make_submitted(found.track, found.intake, organisation=o, created_by=w, state="eligible", title=f"P{i}"))
    for i in range(60): make_reviewer()
    t=time.time(); chosen=R.suggest(by=found.manager, now=NOW, intake=found.intake.pk); print("suggest", time.time()-t)
    t=time.time(); print(R.assign(by=found.manager, now=NOW, intake=found.intake.pk, chosen=chosen, due_at=NOW+DAY), "assign", time.time()-t)
    crit=list(found.track.criteria.order_by("position"))
    rows=[]
    for k,a in enumerate(ReviewAssignment.objects.all()):
        rows+= [CriterionPoints(assignment=a, criterion=crit[0], points=(k*7)%61), CriterionPoints(assignment=a, criterion=crit[1], points=(k*11)%41)]
    CriterionPoints.objects.bulk_create(rows)
    ReviewAssignment.objects.update(state="submitted", ended_at=NOW)
    t=time.time(); scoring.scores_in(found.intake.pk); print("scores", time.time()-t)
    t=time.time(); plan=P.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy="portfolio"); print("propose", time.time()-t)
    t=time.time(); plan=solve(plan); print("solve", plan.state, time.time()-t)
    D.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    t=time.time(); D.adopt(by=found.approver, now=NOW, plan=plan.pk, document_number="D"); print("adopt", time.time()-t)
    D.draft_publication(by=found.manager, now=NOW, intake=found.intake.pk)
    t=time.time(); print(D.publish(by=found.approver, now=NOW, intake=found.intake.pk, document_number="D"), "publish", time.time()-t)
    other=propose(found, __import__("madang.portal.plans.rules",fromlist=["x"]).PolicyChoice.RANK_SKIP)
    client.force_login(Person.objects.get(pk=found.manager.person))
    for u in [reverse("plan",args=[plan.pk]), reverse("plan-compare",args=[found.intake.pk])+f"?plan={plan.pk}&plan={other.pk}", reverse("intake-decisions",args=[found.intake.pk]), reverse("intake-reviews",args=[found.intake.pk]), reverse("intake-ranking",args=[found.intake.pk]), reverse("call-results",args=[found.intake.call.code]), reverse("award-decision",args=[found.files[0].pk])]:
        client.get(u); t=time.time(); r=client.get(u); print(r.status_code, u, round((time.time()-t)*1000), "ms")
