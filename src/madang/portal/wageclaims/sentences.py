"""The words of wage aid: refusals and states."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "wage_terms_invalid": N_("Amounts are whole won from 1 on, at most 36 months and 1,100 days."),
    "wage_source_unknown": N_("This funding source is not known."),
    "wage_hired_outside": N_("Wage aid is paid for graduates hired within {days} days after the cohort's last day."),
    "wage_months_turned": N_("The last month lies before the first, or more than three years after it."),
    "wage_before_hired": N_("The first month that was worked whole is {month}."),
    "wage_day_ahead": N_("This day has not come yet."),
    "wage_not_shown_until": N_("The paper has to show that the graduate worked there on {day} or later."),
    "wage_months_used": N_("Wage aid is paid for {most} months of a graduate; {left} are left."),
    "wage_ceiling": N_("This is more than the company may still get for this cohort: {left} won are left."),
    "wage_office_needed": N_("Wage aid of this cohort is for companies whose office here is opened."),
    "wage_month_claimed": N_("One of these months is claimed for this graduate already."),
    "wage_own_organisation": N_("Nobody decides on a claim of their own organisation."),
    "wage_why_needed": N_("Say why."),
    "wage_placement_gone": N_("This person is no graduate any more. Refuse the claim, with the reason."),
}
INPUT = frozenset(
    {
        "wage_terms_invalid", "wage_source_unknown", "wage_months_turned", "wage_before_hired", "wage_day_ahead",
        "wage_not_shown_until", "wage_why_needed",
    }
)  # fmt: skip
STATES = {"claimed": N_("To be looked at"), "accepted": N_("Counts"), "refused": N_("Does not count")}
