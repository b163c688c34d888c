"""The words of the outbox: what a message is about, as its list shows it."""

from django.utils.translation import gettext_noop as N_

STATES = {
    "waiting": N_("Waiting to be sent"),
    "sent": N_("Sent"),
    "failed": N_("Could not be sent"),
}
