"""The words of living aid: refusals, and what it is paid for."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "aid_terms_invalid": N_("Amounts are whole won from 1 to 100,000,000, and attendance is from 0 to 100 per cent."),
    "aid_terms_missing": N_(
        "No terms of living aid count for {month}. Set terms that begin with that month or before."
    ),
    "aid_source_unknown": N_("This funding source is not known."),
    "aid_month_not_over": N_("Aid is worked out once the month is over."),
    "aid_month_outside": N_("The cohort has no class in this month."),
    "aid_month_opened": N_("There is a list of this month already."),
    "aid_fixed": N_("This list is fixed already. What was wrong is put right in the list of a later month."),
    "aid_nothing": N_("There is nothing to pay and nothing to put right."),
    "aid_changed": N_("The list is no longer what was drafted. Reject the draft, and have it drafted again."),
}
INPUT = frozenset({"aid_terms_invalid", "aid_source_unknown", "aid_month_not_over", "aid_month_outside"})
KINDS = {"living": N_("Living aid"), "wage": N_("Wage aid")}
UNITS = {"day": N_("A day with attendance"), "month": N_("A month of the course")}
