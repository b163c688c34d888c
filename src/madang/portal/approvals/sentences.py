"""The words of approvals: refusals, mails, and the acts that need two people."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "approval_same_person": N_("You drafted this yourself; another person has to decide on it."),
    "approval_none_waiting": N_("No draft waits for a decision here. It has to be drafted first."),
    "approval_already_waiting": N_("A draft of this already waits for a decision."),
    "approval_document_needed": N_("Please give the number of the body's own approval document."),
    "approval_reason_needed": N_("Please say why you reject it."),
    "approval_not_yours": N_("Only the person who drafted this can take it back."),
}
INPUT = frozenset({"approval_document_needed", "approval_reason_needed"})

MAILS = {
    "approval_waiting": (
        N_("A draft waits for your approval"),
        N_("At {centre} a draft waits for your decision. Open the link to read it and to approve or reject it."),
    ),
    "approval_approved": (
        N_("Your draft was approved"),
        N_("At {centre} a draft of yours was approved and carried out."),
    ),
    "approval_rejected": (
        N_("Your draft was rejected"),
        N_("At {centre} a draft of yours was rejected. You find the reason at the link."),
    ),
}

KINDS = {
    "publish_call": N_("Publish a call"),
    "adopt_plan": N_("Adopt an allocation plan"),
    "publish_decisions": N_("Publish decisions"),
    "end_award": N_("End an award"),
    "change_tariff": N_("Change a tariff"),
    "refund": N_("Pay back what was paid too much"),
    "credit_note": N_("Issue a credit note"),
    "pay_supplier": N_("Agree on what is owed to a supplier"),
    "agree_expenses": N_("Agree on the centre's costs"),
    "settle_year": N_("Settle a year"),
    "freeze_figures": N_("Freeze the public figures of a year"),
    "pay_reviewers": N_("Fix the fees of reviewers"),
    "pay_aid": N_("Fix a list of aid"),
    "take_back": N_("Take back what lies idle"),
    "close_month": N_("Close a month of the books"),
    "reopen_month": N_("Reopen a month of the books"),
    "decide_sanction": N_("Decide on a recovery, surcharge or ban"),
    "uphold_sanction": N_("Uphold a decision that was appealed against"),
    "annul_sanction": N_("Annul a decision that was appealed against"),
    "grant_supplement": N_("Grant a supplement"),
    "misconduct": N_("Confirm misconduct in an evaluation"),
}
