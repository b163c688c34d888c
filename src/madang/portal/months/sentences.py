"""What people read about months of the books and charges that came otherwise."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "month_unknown": N_("This is not a month."),
    "reason_needed": N_("Please give the reason."),
    "difference_decided": N_("Somebody has decided on this already."),
    "difference_is_no_charge": N_("The record holds no amount that could be taken over. Say why it is left out."),
    "month_not_over_yet": N_("{month} has not ended yet."),
    "month_still_in_grace": N_("Late use is still taken into {month}. It can be closed from {opens}."),
    "check_missing": N_("{month} has not been checked against the backend yet. Ask for the check first."),
    "check_outdated": N_("The books of {month} have changed since the check. Have it made anew."),
    "check_differs": N_("{count} differences of {month} are not accepted. Give the reason for each, or settle them."),
    "check_line_equal": N_("There is no difference here that waits to be accepted."),
    "differences_open": N_("{count} records of use wait for a decision. Decide on them before {month} is closed."),
}
INPUT = frozenset({"month_unknown", "reason_needed"})
CODES = {"changed": N_("Came again with another amount or for another award")}
UNITS = {"gpu": N_("GPU-seconds"), "core": N_("core-seconds")}
