"""The words of bonus points: refusals."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "bonus_unknown": N_("This track has no such bonus points."),
    "bonus_paper_missing": N_("You claim “{bonus}”, but the paper “{paper}” that proves it is missing."),
    "bonus_reason_needed": N_("Please write the reason."),
    "bonus_not_judged_now": N_("Claims are judged after the deadline and before the decision."),
}
INPUT = frozenset({"bonus_unknown", "bonus_reason_needed"})
