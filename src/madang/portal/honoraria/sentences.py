"""The words of reviewers' fees: refusals, what is paid for, as what it is taxed, and the mail."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "fee_rate_invalid": N_("A rate is a whole number of won from nought to 100,000,000."),
    "fee_rate_missing": N_(
        "No rate of the call counts for work done on {day}. Set one that begins on that day or before."
    ),
    "fee_rates_missing": N_("The call has no rates for reviewers' fees that count today. Set them first."),
    "withholding_invalid": N_("A share lies between 0 and 1000 per thousand, and amounts are whole won."),
    "withholding_source_needed": N_("Please say where this stands, such as the article of a law."),
    "withholding_missing": N_("No rule of withholding counts today for this kind of income. Set one first."),
    "fees_before_decision": N_(
        "Fees are fixed once the decisions of the intake are published, when no sheet changes any more."
    ),
    "fees_fixed": N_("The fees of this intake are fixed already."),
    "fees_nothing": N_("Nobody has handed in a sheet or attended a meeting in this intake."),
    "fees_changed": N_("The fees are no longer what was drafted. Reject the draft, and have it drafted again."),
}  # fmt: skip
INPUT = frozenset({"fee_rate_invalid", "withholding_invalid", "withholding_source_needed"})
WORK = {"sheet": N_("Sheets handed in"), "day": N_("Days with a committee")}
INCOMES = {"other": N_("Other income"), "business": N_("Business income")}
MAILS = {
    "fee_fixed": (
        N_("Your reviewer's fee is fixed"),
        N_("At {centre} your fee for reviewing “{call}” is fixed. You find the statement at the link. To pay it, the "
           "centre asks you for what the tax office needs outside this portal."),
    ),
}  # fmt: skip
