"""What people read about what the centre spends."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "expense_period_wrong": N_("A period is a month, a quarter, a half or a year of the calendar."),
    "expense_period_runs": N_("This period is not over yet. What was spent is entered once it is."),
    "expense_draft_stands": N_("A sheet of this period is being entered already."),
    "expense_overlaps": N_("What was spent in {month} is agreed on for another period already."),
    "expense_agreed": N_("This sheet is agreed on. Enter a new one of the same period to put it right."),
    "expense_draft_waits": N_("A draft waits for an approver. It has to be decided or taken back first."),
    "expense_empty": N_("This sheet has nothing that was spent."),
    "expense_negative": N_("An amount is in won and not below nought."),
    "expense_document_needed": N_("Please name the document that shows the cost."),
}
INPUT = frozenset({"expense_period_wrong", "expense_negative", "expense_document_needed"})
KINDS = {
    "electricity": N_("Electricity"),
    "staff": N_("Staff costs"),
    "depreciation": N_("Depreciation"),
    "premises": N_("Premises"),
    "maintenance": N_("Maintenance of machines"),
    "other": N_("Other costs"),
}
LENGTHS = {1: N_("Month"), 3: N_("Quarter"), 6: N_("Half-year"), 12: N_("Fiscal year")}
