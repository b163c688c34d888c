"""The words of sanctions: refusals."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "sanction_found_ahead": N_("The day on which it was found cannot lie ahead."),
    "sanction_ground_needed": N_("Please write what was found."),
    "sanction_reference_needed": N_("Please give the number of the decision that found it."),
    "sanction_reason_needed": N_("Please say why it is annulled."),
}
INPUT = frozenset(
    {"sanction_found_ahead", "sanction_ground_needed", "sanction_reference_needed", "sanction_reason_needed"}
)
