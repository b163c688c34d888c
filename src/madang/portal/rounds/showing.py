"""A round as pages show it: its step, what comes next in words, where that is done and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from madang.portal.actors import Actor
from madang.portal.rounds import queries
from madang.portal.rounds.rules import WHO, Act, Standing, next_act, step_of
from madang.portal.rounds.sentences import ACTS, ROLES, STEPS


@dataclass(frozen=True)
class Shown:
    """A round as pages show it: its step, what comes next in words, where that is done and by whom."""

    intake: Any
    standing: Standing
    step: str
    text: str
    label: str
    url: str
    who: list[str]
    mine: bool


def shown(by: Actor, intake: Any, standing: Standing) -> Shown:
    """What comes next in a round, in the reader's language; `mine` where the reader may do it."""
    act = next_act(standing)
    text, label = ACTS[act]
    roles = WHO.get(act, frozenset())
    return Shown(
        intake=intake,
        standing=standing,
        step=_(STEPS[step_of(act)]),
        text=_(text),
        label=_(label),
        url=_where(act, intake),
        who=[_(ROLES[role]) for role in sorted(roles)],
        mine=by.has(*roles),
    )


def _where(act: Act, intake: Any) -> str:
    """The page on which the act is done, or what it waits for is seen."""
    if act is Act.WAIT_FOR_OPENING:
        return reverse("call", args=[intake.call.code])
    if act is Act.MOVE_TO_REVIEW:
        return reverse("call-manage", args=[intake.call.code])
    if act is Act.SIGN:
        return reverse("awards")
    names = {
        Act.WAIT_FOR_DEADLINE: "intake-demand",
        Act.SCREEN: "intake-applications",
        Act.ASSIGN: "intake-reviews",
        Act.WAIT_FOR_REVIEWS: "intake-reviews",
        Act.PROPOSE: "plans",
        Act.WAIT_FOR_SOLVER: "plans",
        Act.ADOPT: "plans",
    }
    return reverse(names.get(act, "intake-decisions"), args=[intake.pk])


def going_on(request: HttpRequest) -> list[Shown]:
    """The rounds that are going on, for the centre's first page."""
    rows = queries.current(request.actor)
    found = queries.standings(request.actor, rows, request.now)
    return [shown(request.actor, row, found[row.pk]) for row in rows]
