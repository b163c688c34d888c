"""What a refusal of this library, or a fault of a plan, says in words, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable

from madang.allocation.check import Fault
from madang.catalogues import translation
from madang.errors import Refused

Say = Callable[[str], str]


def refusal(refused: Refused, language: str) -> str:
    """The sentence of a `Refused` that `madang.allocation` raised: file, field and the rule that it breaks."""
    _ = translation(language).gettext
    facts = refused.facts
    if refused.code == "allocation_plan_faulty":
        faults = facts["faults"]
        assert isinstance(faults, tuple)
        return _("This plan has faults and cannot be explained: {faults}").format(faults=", ".join(faults))
    if refused.code == "allocation_comparison_invalid":
        return _("{given} plans cannot be compared; 2 to {most} can.").format(**facts)
    texts = {"code": refused.code, "file": facts.get("file") or "-", "field": facts.get("field") or "$"}
    rule = str(facts.get("rule", ""))
    known = _rules(_).get(rule, rule)
    body = known.format(**{"known": "", "why": "", "pool": "", "named": "", **facts, **texts})
    return _("{file}: {field}: {body}").format(file=texts["file"], field=texts["field"], body=body)


def fault(found: Fault, language: str) -> str:
    """The sentence of a fault that the checker found."""
    _ = translation(language).gettext
    return _faults(_)[found.code].format(**found.facts)


def _rules(_: Say) -> dict[str, str]:
    return {
        "cannot_be_read": _("the file cannot be read ({why})"),
        "cannot_be_written": _("the file cannot be written ({why})"),
        "must_be_json": _("is not JSON ({why})"),
        "must_be_an_object": _("must be an object"),
        "must_be_a_list": _("must be a list"),
        "must_be_text": _("must be text that is not empty"),
        "must_be_a_whole_number": _("must be a whole number"),
        "must_be_a_month": _("must be a month written YYYY-MM"),
        "must_be_above_zero": _("must be above zero"),
        "must_not_be_below_zero": _("must not be below zero"),
        "is_too_large": _("is larger than this number can be"),
        "must_be_unique": _("is already taken; it must be unique"),
        "must_not_be_empty": _("must not be empty"),
        "is_missing": _("is missing"),
        "is_not_known": _("is not a member that this format knows"),
        **_rules_between(_),
    }


def _rules_between(_: Say) -> dict[str, str]:
    return {
        "must_not_exceed_physical": _("must not exceed what physically stands there"),
        "must_not_exceed_asked": _("must not exceed what is asked for"),
        "must_lie_in_the_pools_months": _("reaches beyond the months for which the pool states its capacity"),
        "must_have_one_number_an_item": _("must have one number for each item"),
        "must_give_something": _("must give at least one of something"),
        "must_be_millionths": _("must lie between 0 and 1,000,000 (millionths)"),
        "pool_is_not_known": _("names a pool that is not in this problem"),
        "product_is_not_known": _("names a product that is not in this problem"),
        "kind_is_not_known": _("is not a kind of rule that is known"),
        "format_is_not_known": _("is not the format that is read here ({known})"),
        "policy_is_not_known": _("is not a policy that is known ({known})"),
        "overflow_is_not_known": _("is not one of {known}"),
        "outcome_is_not_known": _("is not one of {known}"),
        "tie_break_is_not_known": _("is not one of {known}"),
        "fixed_exceed_capacity": _("the accepted awards alone exceed the capacity of pool {pool}"),
        "fixed_exceed_rule": _("the accepted awards alone break the rule {named}"),
    }


def _faults(_: Say) -> dict[str, str]:
    return {
        "problem_differs": _("The plan was made for another problem."),
        "hash_differs": _("The problem's hash is {found}, the plan states {stated}."),
        "grant_unknown": _("{request} is given something but is not in the problem."),
        "grant_repeated": _("{request} stands {times} times among the awards."),
        "grant_misshapen": _("The award of {request} does not have one quantity for each item."),
        "grant_empty": _("The award of {request} gives nothing."),
        "above_asked": _("{request} is given {given} of item {item} but asked for {asked}."),
        "below_least": _("{request} is given {given} of item {item}, below its least useful amount of {least}."),
        "fixed_changed": _("The accepted award of {request} was {fixed} and is now {given}."),
        "below_minimum": _("{request} is given something but does not meet the rule {rule}."),
        "over_capacity": _("{pool} in {month}: {given} given, {limit} available."),
        "over_budget": _("Budget {rule} in {month}: {given} given, {limit} allowed."),
        "over_share": _("Share {rule} of {organisation}: {given} given, {limit} allowed."),
        "not_whole": _("{request} is given a part, but this policy gives all or nothing."),
        "order_broken": _("{request} is not treated as its place in the published order demands."),
        "room_left": _("{request} is refused although it would still fit."),
        "objective_wrong": _("The awards are worth {found}, the plan states {stated}."),
        "bound_wrong": _("The awards are worth {found}, more than the bound of {stated}."),
        "outcome_wrong": _("The plan says {stated} of {request}; it should say {found}."),
        "reserve_wrong": _("The reserve list is not what the published order gives."),
    }
