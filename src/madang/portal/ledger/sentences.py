"""What people read when the book says no."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "not_enough_left": N_("{asked} seconds are asked for, and {left} are left in the award."),
    "not_enough_held": N_("{asked} seconds are asked for, and {held} are held."),
    "not_enough_used": N_("{asked} seconds are to be undone, and {used} are used."),
    "not_enough_returned": N_("{asked} seconds are to be undone, and {returned} are returned."),
    "not_enough_expired": N_("{asked} seconds are to be undone, and {expired} have expired."),
    "amount_not_above_zero": N_("The amount must be above zero, not {amount}."),
    "amount_negative": N_("An amount cannot be below zero."),
    "movement_not_allowed": N_("The book knows no {kind} from {from_bucket} to {to_bucket}."),
    "already_posted": N_("This is already in the book ({source}, {key}); nothing was posted a second time."),
    "posted_differently": N_(
        "{source}, {key} is in the book with {posted} seconds and is now reported with {reported}. "
        "Reverse the entry before posting it anew."
    ),
    "reversal_of_transfer": N_(
        "A transfer has two sides and is not undone by one ({source}, {key}). Transfer it back."
    ),
    "reversal_of_reversal": N_("A reversal cannot itself be reversed ({source}, {key}). Post the amount anew."),
    "movement_unknown": N_("There is no entry {movement} in the book."),
    "month_already_issued": N_("The statements of {month} are issued, so what they rest on can no longer change."),
    "month_not_closed": N_("{month} is not closed. Its use is checked and the month closed before it is billed."),
    "month_closed": N_("{month} is closed already."),
    "month_later_closed": N_("{later} is closed too. Reopen the later month first."),
    "usage_key_missing": N_("A record of use came without its source or key."),
    "usage_negative": N_("A record of use cannot be below zero."),
}
INPUT = frozenset(
    {"amount_not_above_zero", "amount_negative", "movement_not_allowed", "usage_key_missing", "usage_negative"}
)
