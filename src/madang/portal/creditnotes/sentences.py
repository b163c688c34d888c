"""What people read about credit notes."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "credit_note_one_way": N_("Give for each line either what is taken off its quantity or what is taken off in won."),
    "credit_note_too_much": N_("No more than {most} of this line is left to be taken off."),
    "credit_note_whole": N_("For this reason the whole statement is taken off. Leave the lines empty."),
    "credit_note_line_unknown": N_("The statement has no such line."),
    "credit_note_nothing": N_("Nothing would be taken off what is to be paid."),
    "credit_note_text_needed": N_("Please say in words what is corrected."),
    "credit_note_draft_waits": N_("A draft of a credit note to this statement waits already."),
    "credit_note_decided": N_("This credit note is issued or dropped already."),
    "credit_note_laid_before": N_("It waits for an approver. The draft has to be decided or taken back first."),
    "credit_note_outdated": N_(
        "Another credit note to this statement was issued since this one was drafted. Drop it and draft it again."
    ),
    "credit_note_withdrawn": N_(
        "Discounts of these lines were withdrawn by a back charge. It has to be annulled before they are corrected."
    ),
}
INPUT = frozenset(
    {
        "credit_note_one_way", "credit_note_too_much", "credit_note_whole", "credit_note_line_unknown",
        "credit_note_nothing", "credit_note_text_needed",
    }
)  # fmt: skip
REASONS = {
    "error": N_("An entry was wrong (01)"),
    "changed": N_("The price or quantity changed afterwards (02)"),
    "cancelled": N_("The whole supply was called off (04)"),
    "twice": N_("It was issued twice, or should not have been (06)"),
}
MAILS = {
    "credit_note_issued": (
        N_("Credit note {number} to statement {statement}"),
        N_(
            "{centre} takes {amount} off statement {statement}. What you still owe is less by it; what you have paid "
            "too much is paid back or counted towards another statement. You find the credit note at the link."
        ),
    ),
}
