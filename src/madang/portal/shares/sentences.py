"""The sentences of shares: what is refused, and what becomes of a part that lies idle."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {"share_out_of_range": N_("A weight lies between 1 and 1,000, and a part is not below nothing.")}
INPUT = frozenset({"share_out_of_range"})
BORROWINGS = {
    "none": N_("stays idle: nobody holds more than its part"),
    "borrow": N_("others may use it, and keep it until their jobs end"),
    "reclaim": N_("others may use it, and jobs that may be run again give it back when it is needed"),
}
