"""What people read about fees of facilities."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "fee_product_wrong": N_(
        "Choose a product of facilities that is on offer and sold as this one is booked: by the hour or by the day."
    ),
    "fee_changed": N_("What the booking costs has changed meanwhile. Please look at it once more."),
}
INPUT = frozenset({"fee_product_wrong"})
