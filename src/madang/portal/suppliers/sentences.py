"""What people read about suppliers of rented capacity."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "supply_price_negative": N_("A supplier's price is not below nought."),
    "supply_units_wrong": N_("A price a month needs the units kept; a price an hour has none."),
    "supply_document_needed": N_("Please name the contract's document."),
    "supply_month_agreed": N_("What is owed for {month} is agreed already. A new price can count from later on."),
    "supply_month_open": N_("The books of {month} are not closed yet."),
    "supply_changed": N_("Contracts or the book have changed since this was worked out. Work it out again."),
    "supply_agreed": N_("This is agreed already."),
    "supply_code_taken": N_("There is a supplier of this short name already."),
    "supply_nothing_owed": N_("Of this supplier no contract is in force in {month}."),
    "supply_draft_waits": N_("A draft waits for an approver. It has to be decided or taken back first."),
}
INPUT = frozenset({"supply_price_negative", "supply_units_wrong", "supply_document_needed", "supply_code_taken"})
KINDS = {"used": N_("an hour used"), "kept": N_("a unit and month kept")}
