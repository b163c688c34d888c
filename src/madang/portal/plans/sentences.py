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
    "allocation_problem_invalid": N_("The problem cannot be solved: {field} {rule}."),
    "allocation_plan_invalid": N_("The plan's document is damaged: {field} {rule}."),
    "allocation_comparison_invalid": N_("{given} plans cannot be compared; 2 to {most} can."),
}
INPUT = frozenset({"plans_to_compare", "allocation_comparison_invalid"})

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
