"""The words of what the check of conflicts found."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "possible_match_reason_needed": N_("Please say what shows that they are the same person, or two."),
}
INPUT = frozenset({"possible_match_reason_needed"})

FACTS = {
    "name": N_("Name"),
    "address": N_("E-mail address"),
    "domain": N_("Domain of the e-mail address"),
}
