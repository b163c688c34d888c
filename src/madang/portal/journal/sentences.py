"""The words of the journal: what was done with another person's data, and what is wrong with a broken chain."""

from django.utils.translation import gettext_noop as N_

READINGS = {
    "view": N_("Opened"),
    "search": N_("Searched"),
    "download": N_("Downloaded"),
    "export": N_("Exported"),
}

FAULTS = {
    "seal_missing": N_("A number is missing from the chain."),
    "entry_missing": N_("The entry of this number is missing."),
    "order_changed": N_("This entry does not follow the one before it: the order was changed."),
    "entry_altered": N_("This entry is not what was sealed: it was altered."),
    "head_differs": N_("The hash of this number is not the one that was published."),
    "tail_missing": N_("The chain is shorter than what was published: its end was cut off."),
}
