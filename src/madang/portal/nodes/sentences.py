"""What people read about nodes: how a node is out of service, and what is counted."""

from django.utils.translation import gettext_noop as N_

CONDITIONS = {
    "down": N_("Down"),
    "drained": N_("Taken out of service"),
}
CORES = N_("Cores")
