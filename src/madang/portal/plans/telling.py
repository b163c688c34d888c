"""How plans are told to people: names of policies, how far a solve is, why one ended without a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.formats import decimal
from madang.portal.plans.rules import PlanState
from madang.portal.plans.sentences import POLICIES, STEPS
from madang.portal.templatetags.madang import in_language

SOLVED = (PlanState.CHECKED, PlanState.FAULTY, PlanState.ADOPTED, PlanState.SUPERSEDED)


def own_name(policy: Any) -> str:
    """The name of one of an intake's own policies, with its version."""
    return _("{name} (version {version})").format(name=in_language(policy, "name"), version=policy.version)


def policy_name(plan: Any) -> str:
    """Under which policy a plan was proposed: the intake's own by its name, a standard one in words."""
    if plan.own is not None:
        return own_name(plan.own)
    policy = plan.policy
    choice = "portfolio" if policy.get("policy") == "portfolio" else f"rank_{policy.get('overflow', 'skip')}"
    return _(POLICIES[choice])


def crumbs(intake: Any, last: str) -> list[tuple[str, str]]:
    """Where a page of an intake's plans stands."""
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    here = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake.pk]))]
    plans = _("Allocation plans")
    return [*here, (last, "")] if last == plans else [*here, (plans, reverse("plans", args=[intake.pk])), (last, "")]


@dataclass(frozen=True)
class Standing:
    """How far a solve is: its step in words, the best and the bound so far, the gap in millionths, seconds since."""

    step: str
    best: int
    bound: int
    gap: int | None
    seconds: int | None

    @property
    def filled(self) -> int:
        """The meter: how much of the bound is reached, in thousandths."""
        return min(1000, self.best * 1000 // self.bound) if self.bound > 0 else 0

    @property
    def gap_text(self) -> str:
        return "" if self.gap is None else f"{decimal(self.gap, 10_000, 2)} %"


def standing(plan: Any, now: datetime) -> Standing:
    """How far a plan's solve is."""
    seen = plan.progress or {}
    best, bound = int(seen.get("incumbent", 0)), int(seen.get("bound", 0))
    gap = -(-(bound - best) * 1_000_000 // bound) if bound > 0 and bound >= best else None
    step = _(STEPS[seen.get("step", "reading") if plan.claimed_until else "waiting"])
    seconds = max(0, int((now - plan.began_at).total_seconds())) if plan.began_at and plan.claimed_until else None
    return Standing(step, best, bound, gap, seconds)


def failure(plan: Any) -> str:
    """Why a solve ended without a plan; empty where it did not."""
    if not plan.failure:
        return ""
    return refusals.sentence(Refused(plan.failure["code"], **plan.failure["facts"]))


@dataclass(frozen=True)
class Broken:
    """One of the rules that cannot hold together: its published sentence, and where it is changed ("" for a call's)."""

    sentence: str
    url: str


def broken_rules(plan: Any, language: str, *, change: bool) -> list[Broken]:
    """The rules that cannot hold together, where a failure or an empty plan's outline names some.

    `change`: their forms can be filled in now.
    """
    failed = str(plan.failure.get("facts", {}).get("named", "")).split(", ") if plan.failure else []
    names = failed or (plan.outline or {}).get("barren", [])
    known = {rule["name"]: rule["sentence"] for rule in plan.problem["rules"]} if any(names) else {}
    kinds = {rule["name"]: rule["kind"] for rule in plan.own.rules} if plan.own else {}
    found = []
    for name in filter(None, names):
        sentence = known.get(name, {"en": name})
        url = _place(plan, name, kinds[name], change=change) if name in kinds else ""
        found.append(Broken(sentence.get(language, sentence["en"]), url))
    return found


def _place(plan: Any, rule: str, kind: str, *, change: bool) -> str:
    """Where one of the policy's own rules is changed; where it is read, if that version can no longer be changed."""
    if change:
        return f"{reverse('policy-rule', args=[plan.own_id, kind])}?change={quote(rule)}"
    return f"{reverse('policy', args=[plan.own_id])}#rule-{quote(rule)}"


def comparison(intake: int, first: int, second: int) -> str:
    """The address of two plans side by side."""
    return f"{reverse('plan-compare', args=[intake])}?plan={first}&plan={second}"
