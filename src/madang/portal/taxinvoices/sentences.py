"""What people read about electronic tax invoices."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "tax_supplier_incomplete": N_("What an invoice says of the centre itself is not complete. The operator sets it."),
    "tax_buyers_incomplete": N_(
        "{rows} rows lack something of their buyer. Nothing is exported before they are whole."
    ),
    "tax_party_incomplete": N_("Representative, address and e-mail are needed."),
    "tax_days_wrong": N_("The last day lies before the first."),
}
INPUT = frozenset({"tax_party_incomplete", "tax_days_wrong"})
KINDS = {
    "taxable": N_("Taxable"),
    "zero_rated": N_("Zero-rated"),
    "exempt": N_("Exempt"),
}
FAULTS = {
    "number": N_("The business registration number is not a valid one"),
    "name": N_("The name is missing"),
    "representative": N_("The representative's name is missing"),
    "address": N_("The address is missing"),
    "email": N_("The e-mail address is missing"),
}
