"""The words of holdings: a list that cannot be read, and the mail to people whose account lies idle."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "list_unreadable": N_("The list of erased people cannot be read: {path}"),
}
INPUT = frozenset({"list_unreadable"})
MAILS = {
    "account_idle": (
        N_("Your account will be erased"),
        N_(
            "You have not used your account at {centre} for a long time. It will be erased {days} days from now or "
            "later. To keep it, log in once."
        ),
    ),
}
