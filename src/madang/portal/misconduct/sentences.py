"""The words of misconduct: refusals."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "misconduct_found_ahead": N_("The day on which it was found cannot lie ahead."),
    "misconduct_ground_needed": N_("Please write what was found."),
    "misconduct_reference_needed": N_("Please give the number of the decision that found it."),
    "misconduct_reason_needed": N_("Please say why it is annulled."),
}
INPUT = frozenset(
    {"misconduct_found_ahead", "misconduct_ground_needed", "misconduct_reference_needed", "misconduct_reason_needed"}
)
