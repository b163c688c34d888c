"""Works out what is published of coursework: how much of what was required was completed, by the year of cohorts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q

from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import CohortState
from madang.portal.coursework import rules
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.learners.models import Learner
from madang.portal.learners.rules import TO_THE_END


def by_year(now: datetime, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each year that is over in which cohorts with coursework ended; what is known of one is kept.

    Of who stayed to the end and the required pieces that were theirs. Four queries.
    """
    known, this = {row["year"]: row for row in earlier}, now.astimezone(settings.MADANG_ZONE).year
    ended = Cohort.objects.filter(state=CohortState.ENDED).values_list("pk", "ends_on")
    years = {pk: (ends_on - date.resolution).year for pk, ends_on in ended}
    new = [pk for pk, year in years.items() if year < this and year not in known]
    people: dict[int, dict[str, int]] = defaultdict(dict)
    learners = Learner.objects.filter(cohort__in=new, state__in=sorted(TO_THE_END)).order_by()
    for cohort, track, n in learners.values_list("cohort", "track").annotate(n=Count("pk")):
        people[cohort][track] = n
    given: dict[int, int] = defaultdict(int)
    sizes: dict[int, int] = defaultdict(int)
    pieces = Coursework.objects.filter(cohort__in=new, required=True)
    for cohort, track in pieces.values_list("cohort", "track"):
        given[cohort] += people[cohort].get(track, 0) if track else sum(people[cohort].values())
    for cohort in given:
        sizes[years[cohort]] += sum(people[cohort].values())
    done = CourseworkDone.objects.filter(learner__in=learners, coursework__in=pieces).filter(
        Q(coursework__track="") | Q(coursework__track=F("learner__track"))
    )
    completed = dict(done.order_by().values_list("learner__cohort").annotate(n=Count("pk")))
    for year in sorted({years[cohort] for cohort in given}):
        own = [cohort for cohort in given if years[cohort] == year]
        asked, handed = sum(given[one] for one in own), sum(completed.get(one, 0) for one in own)
        known[year] = {"year": year, **rules.published(asked, handed, sizes[year], settings.MADANG_SMALL_CELL)}
    return [known[year] for year in sorted(known)]
