"""What people read about statements."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "bookings_not_released": N_(
        "{bookings} bookings of {month} are over, but whether anybody came is not noted yet. The worker does that "
        "within minutes; try again then."
    ),
    "month_not_over": N_(
        "{month} has not ended yet. Its statements can be issued from the first day of the next month."
    ),
    "statements_have_faults": N_(
        "{statements} statements of {month} have a line without a price. Have the missing price approved and try again."
    ),
    "nothing_to_issue": N_("No statement of {month} waits to be issued. Work the month out first."),
}
FAULTS = {"tariff_missing": N_("No price was in force on these days")}
