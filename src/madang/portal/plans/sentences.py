"""The words of plans: refusals, policies, checker's faults as people read them."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "intake_not_in_review": N_(
        "Plans are made while an intake is in review, or after its decisions when something came back."
    ),
    "applications_unscreened": N_(
        "{applications} applications have not been screened yet. Plans need a verdict on each."
    ),
    "applications_without_score": N_("{applications} eligible applications have no submitted review yet."),
    "nobody_to_award": N_("No eligible application is left to decide on in this intake."),
    "plan_faulty": N_("The checker found faults in this plan, so it cannot be adopted."),
    "plan_not_checked": N_("Only a plan that was solved and checked can be adopted, and only once."),
    "plan_outdated": N_(
        "Capacity, scores or applications have changed since plan {number} was solved. Propose a new plan and compare."
    ),
    "plans_to_compare": N_("Please choose 2 to {most} solved plans of this intake."),
    "policies_to_choose": N_("Please choose 1 to {most} policies."),
    "policy_of_another_intake": N_("One of the policies does not belong to this intake."),
    "child_died": N_(
        "The calculation broke off (exit status {status}). Ask for it again; tell the operator if it stays."
    ),
}
INPUT = frozenset(
    {"plans_to_compare", "policies_to_choose", "policy_of_another_intake", "allocation_comparison_invalid"}
)

POLICIES = {
    "rank_skip": N_("By rank: best score first, whole or not at all; what does not fit is skipped"),
    "rank_stop": N_("By rank: best score first, whole or not at all; the list ends where something does not fit"),
    "portfolio": N_("Portfolio: the largest score-weighted compute within capacity, each at least its useful minimum"),
}

OUTCOMES = {
    "whole": N_("Selected, whole"),
    "reduced": N_("Selected in part"),
    "kept": N_("Kept as accepted"),
    "refused": N_("Not selected"),
}
STEPS = {
    "waiting": N_("Waits for the worker"),
    "reading": N_("Reading the problem"),
    "solving": N_("Looking for the best awards"),
    "checking": N_("Checking and explaining"),
}
SHOWN = {
    "": N_("All"),
    "selected": N_("Selected"),
    "refused": N_("Not selected"),
    "reserve": N_("Reserve list"),
    "marginal": N_("Settled by tie-break"),
}
DIFFERENCES = {
    "": N_("All"),
    "differing": N_("Fare differently"),
    "gains": N_("Gain in the last plan"),
    "losses": N_("Lose in the last plan"),
    "everywhere": N_("Selected in every plan"),
    "nowhere": N_("Selected in none"),
}
