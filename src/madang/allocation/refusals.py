"""What a refusal of this library, or a fault of a plan, says in words, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable

from madang import reading
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
    if refused.code == "allocation_stopped":
        return _("No plan was found within {seconds} seconds; try a longer limit.").format(**facts)
    if refused.code == "allocation_comparison_invalid":
        return _("{given} plans cannot be compared; 2 to {most} can.").format(**facts)
    return reading.refusal(refused, language, _rules(_))


def fault(found: Fault, language: str) -> str:
    """The sentence of a fault that the checker found."""
    _ = translation(language).gettext
    return _faults(_)[found.code].format(**found.facts)


def _rules(_: Say) -> dict[str, str]:
    return {
        "must_be_the_same_for_a_pool": _("must be the same in every line of a pool"),
        "must_be_the_same_for_a_request": _("must be the same in every line of a request"),
        "must_be_the_same_for_an_alternative": _("must be the same in every line of an alternative"),
        "is_too_large": _("is larger than this number can be"),
        "is_too_small": _("is smaller than this number can be"),
        "must_not_exceed_physical": _("must not exceed what physically stands there"),
        "must_not_exceed_asked": _("must not exceed what is asked for"),
        "must_lie_in_the_pools_months": _("reaches beyond the months for which the pool states its capacity"),
        "must_have_one_number_an_item": _("must have one number for each item"),
        "must_give_something": _("must give at least one of something"),
        "must_add_up_to_the_quantities": _("must say by month what each total comes to, and nothing for other items"),
        "option_is_not_known": _("names an alternative that the request does not have"),
        "each_is_not_known": _("must be month or window"),
        "pool_is_not_known": _("names a pool that is not in this problem"),
        "product_is_not_known": _("names a product that is not in this problem"),
        "kind_is_not_known": _("is not a kind of rule that is known"),
        "format_is_not_known": _("is not the format that is read here ({known})"),
        "policy_is_not_known": _("is not a policy that is known ({known})"),
        "needs_a_file": _("needs a file that says its two scores, such as {known}"),
        "goes_with_rank": _("goes with the policy rank by its name; a policy in a file says so itself"),
        "goes_with_changes": _("goes with --changes: without it nothing is searched for"),
        "limits_no_list": _("would limit nothing: the policy {policy} searches for nothing"),
        "low_must_lie_below_high": _("low must lie below high"),
        "lottery_must_not_exceed_whole": _("must not lie above the score from which everyone is served in full"),
        "brackets_must_rise": _("must end above the bracket before it, and only the last may be without end"),
        "outcome_is_not_known": _("is not one of {known}"),
        "tie_break_is_not_known": _("is not one of {known}"),
        "fixed_exceed_capacity": _("the accepted awards alone exceed the capacity of pool {pool}"),
        "fixed_exceed_rule": _("the accepted awards alone break the rule {named}"),
        "needs_a_portfolio": _("the rule {named} is about all awards together: only portfolio and fair can keep it"),
        "rules_cannot_hold_together": _("no awards keep all of these together: {named}"),
        "nothing_was_found": _("no awards that keep all rules were found within the work of {work}"),
        "seed_breaks_commitment": _("is not the seed that was committed to ({known})"),
    }


def _faults(_: Say) -> dict[str, str]:
    return {
        "problem_differs": _("The plan was made for another problem."),
        "hash_differs": _("The hash of the problem or its requests is {found}, the plan states {stated}."),
        "grant_unknown": _("{request} is given something but is not in the problem."),
        "grant_repeated": _("{request} stands {times} times among the awards."),
        "grant_misshapen": _("The award of {request} does not have one quantity for each item."),
        "option_unknown": _("The award of {request} names an alternative that it does not have."),
        "start_unknown": _("The award of {request} starts outside its window."),
        "spread_wrong": _("The amounts by month of {request} do not add up to its totals."),
        "grant_empty": _("The award of {request} gives nothing."),
        "above_asked": _("{request} is given {given} of item {item} but asked for {asked}."),
        "below_least": _("{request} is given {given} of item {item}, below its least useful amount of {least}."),
        "fixed_changed": _("The accepted award of {request} was {fixed} and is now {given}."),
        "below_minimum": _("{request} is given something but does not meet the rule {rule}."),
        **_faults_of_limits(_),
        **_faults_of_policies(_),
        "commitment_broken": _("The seed's digest is {found}, but {stated} was committed to."),
        "objective_wrong": _("The awards are worth {found}, the plan states {stated}."),
        "bound_wrong": _("The awards are worth {found}, more than the bound of {stated}."),
        "outcome_wrong": _("The plan says {stated} of {request}; it should say {found}."),
        "reserve_wrong": _("The reserve list is not what the published order gives."),
    }


def _faults_of_limits(_: Say) -> dict[str, str]:
    return {
        "over_capacity": _("{pool} in {month}: {given} given, {limit} available."),
        "over_reserve": _("Reserve {rule}, {pool} in {month}: {given} given, {limit} allowed."),
        "over_budget": _("Budget {rule} in {month}: {given} given, {limit} allowed."),
        "over_share": _("Share {rule} of {holder}: {given} given, {limit} allowed."),
        "below_share": _("Share {rule}: {given} of {every} given, which is too little."),
        "outside_band": _("Band {rule}: {given} of {of} in {class} are granted, {all} of {every} in all."),
        "envy": _("Rule {rule}: {request} is refused while {other}, lower placed and asking no less, is granted."),
        "risk_exceeded": _("Overbooking {rule} in {month}: a risk of {chance} millionths, {risk} thousandths allowed."),
        "rule_not_kept_by_policy": _("The policy cannot keep the rule {rule}."),
    }


def _faults_of_policies(_: Say) -> dict[str, str]:
    return {
        "not_whole": _("{request} is given a part, but this policy gives all or nothing."),
        "order_broken": _("{request} is not treated as its place in the published order demands."),
        "factor_wrong": _("The factor of {series} is {found} millionths, the plan states {stated}."),
        "scaled_wrong": _("{request} is not given what the scaling gives it."),
        "room_left": _("{request} is refused although it would still fit."),
        "share_not_reached": _("Class {class} does not get the share of {share} thousandths that the plan states."),
        "proof_wrong": _("The prices prove a bound of {found}, the plan states {stated}."),
        "marginal_wrong": _("The proof does not decide {request}, which the plan does not list as marginal."),
    }
