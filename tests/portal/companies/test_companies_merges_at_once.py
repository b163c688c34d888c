"""Merges at the same moment: two that cross, and one against a new stage or paper, end as if one had come first."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from factories import NOW, make_actor, make_company
from portal.races import at_once, errors

from madang.portal.actors import Role
from madang.portal.companies import actions, merging, queries
from madang.portal.companies.models import Company, CompanyDocument, StageEntry
from madang.portal.companies.rules import CompanyStage, Step
from madang.portal.files.models import StoredFile

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_merges_that_cross_one_is_made_and_nobody_is_lost_in_a_circle():
    by, one, two, three = make_actor(Role.PROGRAMME_MANAGER), make_company(), make_company(), make_company()
    found = at_once(*(
        partial(merging.merge, by=by, now=NOW, company=row.pk, version=1, into=into.pk)
        for row, into in ((one, two), (two, one), (three, one))
    ))  # fmt: skip
    rows = Company.objects.in_bulk([one.pk, two.pk, three.pk])
    assert errors(found) and any(row.lead_id is None for row in rows.values())
    # who is led is led by one that stands for itself, and by the one that it came to by its merges
    for row in rows.values():
        at = row
        while at.merged_into_id:
            at = rows[at.merged_into_id]
        assert row.lead_id == (at.pk if at.pk != row.pk else None)


def test_a_stage_and_a_paper_that_come_with_a_merge_stay_with_the_company_they_were_given_to():
    by, one, lead = make_actor(Role.PROGRAMME_MANAGER), make_company(), make_company(visit=date(2025, 2, 1))
    step = Step(CompanyStage.MEMORANDUM, date(2025, 3, 1), "signed")
    paper = StoredFile.objects.create(sha256="a" * 64, size=1, media_type="application/pdf", stored_at=NOW)
    act = {"by": by, "now": NOW, "company": one.pk}
    merged, entered, filed = at_once(
        partial(merging.merge, **act, version=1, into=lead.pk),
        partial(actions.enter, **act, version=1, given=step),
        partial(actions.file, **act, stored=paper, name="plan.pdf"),
    )
    kept = StageEntry.objects.filter(company=one.pk, stage="memorandum").count()
    assert len(errors([merged, entered])) == 1 and kept == len(errors([merged]))
    assert CompanyDocument.objects.filter(company=one.pk).count() == 1 - len(errors([filed]))
    if not errors([merged]):
        group = queries.together(lead.pk)
        assert queries.documents(group).count() == 1 - len(errors([filed]))
