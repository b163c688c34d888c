"""The words of studies: refusals, and the questions as people ask them."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "study_of_unsolved_plan": N_("Questions are answered about plans that were solved and have no fault."),
    "study_does_not_fit": N_("This question does not fit the plan: it has no such rule."),
}
INPUT = frozenset({"study_does_not_fit"})

KINDS = {
    "costs": N_("What each rule costs"),
    "noise": N_("How much the reviewers' disagreement matters"),
    "changes": N_("The nearest change for every applicant"),
    "overbooking": N_("How likely more is used than there is"),
}
HINTS = {
    "costs": N_("Each rule is taken away by itself and everything is solved again: what would be gained, and by whom."),
    "noise": N_("Scores are redrawn within their standard errors and everything is solved again, many times."),
    "changes": N_("How many points more, how much less asked for, or which rule off would have changed the answer."),
    "overbooking": N_("The exact chance, month by month, from the rule's rate of use."),
}
