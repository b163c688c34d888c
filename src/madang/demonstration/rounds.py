"""Takes applications through a whole round with the portal's own actions: apply, screen, review, solve, decide."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings

from madang.demonstration.cast import Cast
from madang.demonstration.published import CRITERIA
from madang.portal.actors import Actor, Via
from madang.portal.applications import actions as applications
from madang.portal.applications.models import Application
from madang.portal.applications.rules import AskLine
from madang.portal.bonuses import actions as bonuses
from madang.portal.calls import actions as calls
from madang.portal.calls import chores as calls_chores
from madang.portal.calls.models import Intake, Track
from madang.portal.decisions import actions as decisions
from madang.portal.people import queries as people
from madang.portal.plans import actions as plans
from madang.portal.plans import chores as plan_chores
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.policies import actions as policies
from madang.portal.policies import queries, wording
from madang.portal.policies.rules import Draft
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.screening import actions as screening
from madang.portal.suggestions import actions as suggestions
from madang.portal.suggestions import chores as suggestion_chores
from madang.portal.suggestions.models import AssignmentSuggestion

Count = Callable[[int, int], None]
MARKS_COMMENT = "시연용으로 만든 점수입니다. · Points made for the demonstration."


@dataclass(frozen=True)
class Entry:
    """One application to hand in: who, at which instant, what; `marks` a row a reviewer, a whole number a criterion.

    `papers` are stored files by what they prove; the bonus points of the same codes are claimed with them.
    """

    person: int
    organisation: int
    at: datetime
    title: str
    texts: dict[str, str]
    ask: AskLine
    marks: tuple[tuple[int, ...], ...]
    papers: Mapping[str, int] = field(default_factory=dict)


def day(now: datetime, days: int, hour: int) -> datetime:
    """An hour of the day that lies so many days from now, in the centre's own time."""
    local = now.astimezone(settings.MADANG_ZONE) + timedelta(days=days)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def actor(person: int) -> Actor:
    """A person as they would be after logging in."""
    return people.actor_of(person, address="127.0.0.1", via=Via.COMMAND)


@cache
def member(person: int) -> Actor:
    """A person whose memberships and roles no longer change while the demonstration is built."""
    return actor(person)


def apply(track: Track, intake: Intake, entry: Entry, texts: Sequence[int]) -> int:
    """Begins, fills in, consents and submits; gives the application's id."""
    by, at = member(entry.person), entry.at
    row = applications.begin(
        by=by, now=at, track=track.pk, intake=intake.pk, organisation=entry.organisation, title=entry.title
    )
    row = applications.save(
        by=by, now=at, application=row.pk, version=row.version, title=entry.title, sections=entry.texts
    )
    applications.set_asks(by=by, now=at, application=row.pk, version=row.version, asks=[entry.ask])
    for text in texts:
        applications.accept_consent(by=by, now=at, application=row.pk, text=text)
    if entry.papers:
        _claim(row.pk, entry)
    version = Application.objects.values_list("version", flat=True).get(pk=row.pk)
    applications.submit(by=by, now=at + timedelta(seconds=30), application=row.pk, version=version)
    return row.pk


def _claim(application: int, entry: Entry) -> None:
    by, at = member(entry.person), entry.at
    for code, file in entry.papers.items():
        given = {"name": "generated.pdf", "evidence": code, "issued_on": at.date()}
        applications.attach(by=by, now=at, application=application, file=file, **given)
    version = Application.objects.values_list("version", flat=True).get(pk=application)
    bonuses.claim(by=by, now=at, application=application, version=version, claims=entry.papers)


def screen_all(cast: Cast, intake: Intake, now: datetime) -> None:
    """The screening officer finds every submitted application eligible; then the intake goes to review."""
    calls_chores.move_intakes(now)
    officer = cast.actor("screening")
    rows = Application.objects.filter(intake=intake, state="submitted").values_list("pk", "version")
    for application, version in list(rows):
        screening.screen(by=officer, now=now, application=application, version=version, eligible=True)
    calls.move_intake(by=cast.actor("manager"), now=now, intake=intake.pk, to="in_review")


def review_all(
    cast: Cast, intake: Intake, marks: dict[int, tuple[tuple[int, ...], ...]], now: datetime, count: Count
) -> None:
    """The manager confirms the suggested reviewers; each hands in a sheet with the drawn marks."""
    assign_all(cast, intake, now)
    mark(intake, marks, now + timedelta(days=1), count)


def assign_all(cast: Cast, intake: Intake, now: datetime) -> None:
    """The manager has it worked out who could review what, waits for it, and confirms all of it."""
    by = cast.actor("manager")
    asked = suggestions.ask(by=by, now=now, intake=intake.pk)
    while AssignmentSuggestion.objects.filter(pk=asked.pk, state="waiting").exists():
        suggestion_chores.find_suggestions(now)
        # This waits for a real child process; the instant given to the chore stays the demonstration's.
        time.sleep(0.05)
    suggestions.confirm(by=by, now=now, suggestion=asked.pk, due_at=intake.review_due_at)


def mark(intake: Intake, marks: dict[int, tuple[tuple[int, ...], ...]], now: datetime, count: Count) -> None:
    """Every reviewer of an intake hands in a sheet with the drawn marks, a row of marks a reviewer."""
    sheets = ReviewAssignment.objects.filter(application__intake=intake).select_related("reviewer")
    place: dict[int, int] = {}
    rows = list(sheets.order_by("application", "reviewer"))
    for done, sheet in enumerate(rows, start=1):
        row = place.get(sheet.application_id, 0)
        place[sheet.application_id] = row + 1
        by = member(sheet.reviewer.person_id)
        points = {one.code: mark for one, mark in zip(CRITERIA, marks[sheet.application_id][row], strict=True)}
        reviews.submit(
            by=by,
            now=now,
            assignment=sheet.pk,
            version=sheet.version,
            points=points,
            comment=MARKS_COMMENT,
        )
        count(done, len(rows))


def write_policies(cast: Cast, intake: Intake, now: datetime) -> list[int]:
    """The manager writes two policies as an official would; gives the ids of their versions, the one to adopt last.

    By rank, and the most valuable portfolio with two rules: a part for regions outside the capital, and a cap on what
    one organisation gets.
    """
    by, terms = cast.actor("manager"), queries.terms(intake)
    rank = Draft("순위 방식", "By rank", {"policy": "rank"}, [_capped(terms)])
    portfolio = Draft(
        "비수도권 우대 포트폴리오",
        "Portfolio with a part for the regions",
        {"policy": "portfolio", "gap": 2_000},
        [_rule("share_at_least", "regions", {"where": {"outside_capital": "yes"}, "thousandths": 250}, terms),
         _capped(terms)],
    )  # fmt: skip
    return [policies.create_policy(by=by, now=now, intake=intake.pk, draft=draft).pk for draft in (rank, portfolio)]


def _capped(terms: queries.Terms) -> dict[str, object]:
    return _rule("share_at_most", "one-organisation", {"holder": "organisation", "thousandths": 100}, terms)


def _rule(kind: str, name: str, params: dict[str, object], terms: queries.Terms) -> dict[str, object]:
    return {"name": name, "kind": kind, "params": params, "sentence": wording.sentences(kind, params, terms)}


def solve(cast: Cast, intake: Intake, chosen: Iterable[PolicyChoice | int], now: datetime) -> list[Plan]:
    """Proposes one plan a policy and lets the worker's own chore solve and check them; blocks until they are."""
    given = {"by": cast.actor("manager"), "now": now, "intake": intake.pk, "seed": 20260303}
    proposed = [plan.pk for plan in plans.propose_several(**given, policies=list(chosen))]
    while Plan.objects.filter(pk__in=proposed, state="solving").exists():
        plan_chores.solve_plans(now)
        # This waits for a real child process; the instant given to the chore stays the demonstration's.
        time.sleep(0.05)
    found = list(Plan.objects.filter(pk__in=proposed).order_by("number"))
    for plan in found:
        if plan.state != "checked":
            raise RuntimeError(
                f"plan {plan.number} of intake {intake.pk} is {plan.state}: {plan.failure or plan.faults}"
            )
    return found


def decide(cast: Cast, intake: Intake, plan: Plan, now: datetime, document: str) -> None:
    """The manager drafts and the approver decides: first the plan, then the publication of all decisions."""
    manager, approver = cast.actor("manager"), cast.actor("approver")
    decisions.draft_adoption(by=manager, now=now, plan=plan.pk)
    decisions.adopt(by=approver, now=now + timedelta(hours=1), plan=plan.pk, document_number=f"{document}-1")
    decisions.draft_publication(by=manager, now=now + timedelta(hours=2), intake=intake.pk)
    decisions.publish(by=approver, now=now + timedelta(hours=3), intake=intake.pk, document_number=f"{document}-2")
