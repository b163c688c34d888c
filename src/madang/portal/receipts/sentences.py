"""What people read about money in."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "receipts_heading_missing": N_("No row of the file has all of these headings: {columns}."),
    "receipts_too_many_rows": N_("The file has more than {most} rows. Split it by days."),
    "receipts_have_faults": N_("{rows} rows cannot be read, so nothing was stored. Mend them in the file."),
    "receipts_none": N_("No row of the file is money that came in."),
    "receipt_file_known": N_("This very file was brought in before. Nothing was stored again."),
    "receipt_left_too_little": N_("Of this receipt only ₩{left} are not on a statement yet."),
    "received_too_little": N_("This money is no longer there: it was credited, refunded or taken off meanwhile."),
    "statement_not_issued": N_("There is no issued statement of this number."),
    "match_reason_needed": N_("Please say why the money is taken off the statement."),
    "match_undone_already": N_("This has been taken off already."),
    "nothing_paid_too_much": N_("Nothing was paid too much on this statement."),
    "nothing_to_credit": N_("The organisation has no other statement to pay. Pay the money back instead."),
    "chase_reason_needed": N_("Please say why the organisation is not to be reminded."),
    "chase_stopped_already": N_("Reminders to this organisation are stopped already."),
}
INPUT = frozenset(
    {
        "receipts_heading_missing", "receipts_too_many_rows",
        "receipts_have_faults", "receipts_none", "statement_not_issued", "match_reason_needed", "chase_reason_needed",
    }
)  # fmt: skip
FAULTS = {
    "receipt_amount_unreadable": N_("This is not an amount in won"),
    "receipt_day_unreadable": N_("This is not a day"),
    "receipt_day_ahead": N_("This day has not come yet"),
}
COLUMNS = {
    "paid_on": N_("Day of the payment"),
    "came_in": N_("Amount that came in"),
    "payer": N_("Who paid"),
    "text": N_("Text at the bank"),
    "reference": N_("The bank's own reference"),
}
AGES = (
    N_("Not late"),
    N_("1 to 30 days late"),
    N_("31 to 60 days late"),
    N_("61 to 90 days late"),
    N_("More than 90 days late"),
)
KINDS = {
    "match": N_("Payment received"),
    "undone": N_("Receipt taken off again"),
    "credit_out": N_("Credited to another statement"),
    "credit_in": N_("Credited from another statement"),
    "refund": N_("Paid back"),
}
FOUND = {
    "number": N_("by the statement's number"),
    "exact": N_("by payer and exact amount"),
    "person": N_("by a person"),
}
MAILS = {
    "payment_overdue": (
        N_("Statement {number} has not been paid"),
        N_(
            "Of statement {number} of {centre}, {owed} have not come in; they were due by {due}. You find the account "
            "to pay to and what was received at the link. If you have paid in the last days, there is nothing to do."
        ),
    ),
}
