"""The words of policies: refusals, kinds of policy and of rule as the menu offers them, and names of numbers."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "policy_nameless": N_("A policy needs a name in Korean and in English."),
    "policy_withdrawn": N_("This policy was withdrawn; write a new one."),
    "too_many_policies": N_("An intake can have {most} policies at most."),
    "too_many_rules": N_("A policy can have {most} rules at most."),
    "rule_name_unfit": N_("“{name}”: a rule's short name has up to 40 small letters, digits and hyphens."),
    "rule_name_taken": N_("Another rule of this policy has the short name {name}."),
    "rule_not_there": N_("The policy has no rule with the short name {name}."),
    "rate_not_measured": N_(
        "Nothing was measured of {pool} yet: no award of it has run. Write a figure of your own, with its reason."
    ),
    "rate_without_reason": N_("A rate of use that was not measured needs a reason."),
    "lever_unknown": N_("The policy has no number called {name}."),
    "nothing_moved": N_("No number was changed. Change at least one, so that there is something to compare."),
    "intake_closed_for_policies": N_("The intake is closed; its policies can no longer change."),
    "seed_committed_already": N_("The seed of this intake's lottery is committed already."),
    "seed_after_plans": N_("Plans have been proposed already: a commitment would come too late to mean anything."),
}
INPUT = frozenset(
    {
        "policy_nameless", "too_many_rules", "rule_name_unfit", "rule_name_taken", "rule_not_there", "lever_unknown",
        "nothing_moved", "rate_not_measured", "rate_without_reason", "allocation_policy_invalid",
        "allocation_problem_invalid",
    }
)  # fmt: skip

POLICY_KINDS = {
    "rank": N_("By rank"),
    "tiers": N_("Tiers with a lottery"),
    "scaled": N_("Everybody's ask cut by a formula"),
    "portfolio": N_("The most valuable portfolio"),
    "fair": N_("Equal shares between groups"),
}
POLICY_HINTS = {
    "rank": N_("The list by score is walked from the top. Simple to explain; leaves gaps where large asks do not fit."),
    "tiers": N_("The best in full, the middle by lot, the rest not at all. Spares a false precision between equals."),
    "scaled": N_("Everybody worthy gets something, the better more. Large asks shrink most."),
    "portfolio": N_("Looks at all awards together, so that capacity is used best. Can keep every kind of rule."),
    "fair": N_("Balances tracks, regions or kinds of organisation before it looks at scores."),
}
RULE_KINDS = {
    "budget": N_("Budget of a track or group"),
    "share_at_least": N_("At least so much to a group (say, outside the capital region)"),
    "share_at_most": N_("At most so much to one organisation or group"),
    "success_band": N_("Rates of success within a band"),
    "preference": N_("Preference in points"),
    "reserve": N_("Reserve for rapid access"),
    "minimum_score": N_("Minimum score"),
    "minimum_criterion": N_("Minimum for a criterion"),
    "no_envy": N_("No justified envy"),
    "overbooking": N_("Overbooking"),
}
RULE_HINTS = {
    "budget": N_("So much and no more goes to the group, in each month or over the whole period."),
    "share_at_least": N_("Of all that is given, this part goes to the group. A portfolio or equal shares keep it."),
    "share_at_most": N_("Nobody of the kind you choose gets more than this part of what can be given."),
    "success_band": N_("No group fares much better or worse than all. A portfolio or equal shares keep it."),
    "preference": N_("Points are added to the scores of a group, for order and worth; they do not help with minimums."),
    "reserve": N_("This part of what is funded stays free in every month."),
    "minimum_score": N_("Who scores less gets nothing. The call's own minimums hold anyway."),
    "minimum_criterion": N_("Who scores less for the criterion gets nothing. The call's own minimums hold anyway."),
    "no_envy": N_("A better placed application is never passed over for a worse one that asks for no less."),
    "overbooking": N_(
        "Awards are rarely used whole: with a measured rate of use and a stated risk, more can be promised than is "
        "funded. The chance that it is too much is worked out exactly, month by month (Poisson-binomial)."
    ),
}
NEEDS_TOGETHER = frozenset({"share_at_least", "success_band", "no_envy"})
NUMBERS = {
    "score": N_("Points"),
    "points": N_("Points to add (below nought: to take away)"),
    "thousandths": N_("Part, in per cent"),
    "to": N_("Awards up to, in per cent of what is funded"),
    "band": N_("Width of the band, in percentage points"),
    "rate": N_("Rate of use, in per cent"),
    "risk": N_("Greatest risk, in per cent"),
    "units": N_("Amount, in units of the resource"),
    "whole": N_("Everybody in full from, in points"),
    "lottery": N_("By lot from, in points"),
    "low": N_("Nothing at, in points"),
    "high": N_("Everything at, in points"),
    "above": N_("Points count above"),
    "power": N_("Weight of the points (1 plain, 2 squared, 3 cubed)"),
    "gap": N_("Greatest distance from the proven best, in per cent"),
    "floor": N_("Whoever is placed last keeps, in per cent"),
    "slope": N_("Up to so much more for the best, in per cent"),
    "turn": N_("An ask at which half of the greatest cut applies, in units × months"),
    "decay": N_("Greatest cut of large asks, in per cent"),
    "free": N_("Never cut up to, in units × months"),
}
CONDITIONS = {
    "track": N_("Only this track"),
    "kind": N_("Only this kind of organisation"),
    "region": N_("Only this region"),
    "outside_capital": N_("Only this part of the country"),
    "youth": N_("Only young firms, or only others"),
}
WORDS = {
    "overflow": {
        "skip": N_("Skip what does not fit and go on"),
        "stop": N_("End the list of that resource there"),
    },
    "function": {
        "ecdf": N_("By place among all, large asks more"),
        "linear": N_("In a straight line by score"),
        "brackets": N_("In brackets by size, like an income tax"),
    },
    "below": {
        "zero": N_("Nothing"),
        "least": N_("The useful minimum"),
    },
    "measure": {
        "compute": N_("Points × units × months"),
        "awards": N_("Points, every award once"),
    },
    "aim": {
        "max_min": N_("The smallest share as large as possible"),
        "nash": N_("The largest product of what groups get (Nash)"),
    },
    "each": {
        "month": N_("In each month"),
        "window": N_("Over the whole period"),
    },
}
WORD_LABELS = {
    "overflow": N_("What does not fit"),
    "function": N_("The formula"),
    "below": N_("Whoever would fall below the useful minimum gets"),
    "measure": N_("What an award is worth"),
    "aim": N_("What is made equal"),
    "each": N_("For which time"),
}
