"""What a call's rules on conflicts may say, until when they may change, and the library's preset that comes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from madang.errors import Refused
from madang.review.presets import PRESETS, Ground, Preset, Rule, Severity

# Whoever takes part or has stepped back never reviews, whatever a call says.
ALWAYS = (Ground.MEMBER, Ground.RECUSAL)
# What ends and may bar for some years after.
ENDING = (
    Ground.FORMER_ORGANISATION, Ground.ADVICE, Ground.FINANCIAL, Ground.SUPERIOR, Ground.SUPERVISION, Ground.COAUTHOR,
)  # fmt: skip
# What a call chooses, in the order of the page. Sanctions stay as the tradition has them: nothing records them yet.
CHOSEN = (
    Ground.SAME_ORGANISATION, Ground.FORMER_ORGANISATION, Ground.SAME_DEPARTMENT, Ground.FIRM_GROUP, Ground.RELATIVE,
    Ground.FINANCIAL, Ground.ADVICE, Ground.SUPERIOR, Ground.SUPERVISION, Ground.COAUTHOR, Ground.CHALLENGE,
    Ground.POSSIBLE_MATCH, Ground.OTHER,
)  # fmt: skip
LONGEST = 20

Table = Mapping[str, Mapping[str, Any]]


def tradition(name: str) -> Preset:
    """A tradition as the portal uses it: the domain of an e-mail address by itself says nothing."""
    return replace(PRESETS[name], domains=False)


def preset_of(name: str, table: Table, report_days: int | None, domains: bool) -> Preset:
    """The rules of a call under a name of their own. Refused: ``conflict_rule_invalid`` (ground)."""
    empty = replace(next(iter(PRESETS.values())), name=name, rules={}, report_days=report_days, domains=domains)
    return empty.changed(table)


def table_of(preset: Preset) -> dict[str, dict[str, Any]]:
    """Rules as they are stored: severity and years by ground."""
    return {str(ground): _line(rule) for ground, rule in preset.rules.items()}


def _line(rule: Rule) -> dict[str, Any]:
    return {"severity": str(rule.severity), "years": rule.years}


def possible(ground: Ground) -> tuple[Severity, ...]:
    """What may follow from a ground: only a possible match can stand open by rule."""
    every = (Severity.EXCLUDES, Severity.OPEN, Severity.WARNS)
    if ground == Ground.CHALLENGE:
        return (Severity.EXCLUDES,)
    return every if ground == Ground.POSSIBLE_MATCH else (Severity.EXCLUDES, Severity.WARNS)


def check(table: Table, base: Preset) -> dict[str, dict[str, Any]]:
    """The whole table that is stored for what was chosen; what nobody chooses comes from the tradition `base`.

    Refused: ``conflict_rule_invalid`` (ground), also for a severity or years that a ground cannot have.
    """
    kept = {str(one): _line(base.rules[one]) for one in (*ALWAYS, Ground.SANCTIONED) if one in base.rules}
    for name, given in table.items():
        ground = next((one for one in CHOSEN if one == name), None)
        years = given.get("years")
        if ground is None or (years is not None and (ground not in ENDING or not 0 <= years <= LONGEST)):
            raise Refused("conflict_rule_invalid", ground=name)
        if given.get("severity") not in possible(ground):
            raise Refused("conflict_rule_invalid", ground=name)
        kept[name] = {"severity": str(given["severity"]), "years": years}
    preset_of("checked", kept, None, domains=False)
    return kept


def check_time(state: str, opens: Collection[datetime], now: datetime, *, waiting: bool) -> None:
    """A call's rules stand from the moment its first intake opens, and while an approver reads them.

    Refused: ``call_waits_for_approval``, ``conflict_rules_fixed``.
    """
    if waiting:
        raise Refused("call_waits_for_approval")
    if state == "closed" or (state == "published" and any(at <= now for at in opens)):
        raise Refused("conflict_rules_fixed")
