"""The words of sanctions. Recovering money (환수), a surcharge (제재부가금) and a ban (참여제한) take back no hours."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "sanction_terms_days": N_("Days to answer, to appeal and to pay are {least} to {most}."),
    "sanction_terms_rates": N_("A surcharge is at most {times} times what was gained."),
    "sanction_terms_months": N_("A ban lasts 1 to {most} months."),
    "sanction_terms_past": N_("Rates and days count from today or later: nobody is judged by what came afterwards."),
    "sanction_terms_missing": N_("No rates and days were in force on {day}. Set them first."),
    "sanction_ground_without_rate": N_("This ground had no surcharge on the day on which it happened."),
    "sanction_happens_ahead": N_("What is found lies in the past."),
    "sanction_award_needed": N_("Money is recovered of an award, a funding source and a fiscal year. Name them."),
    "sanction_months_needed": N_("Please say how many months the ban lasts."),
    "back_charge_rule_needed": N_(
        "A back charge follows a published rule that was in force on the day on which it happened, for months of use."
    ),
    "back_charge_months": N_("The first month cannot lie after the last."),
    "back_charge_of_nothing": N_("No issued statement gave a discount for the use of these months that still stands."),
    "sanction_text_needed": N_("Please write the reasons."),
    "sanction_evidence_needed": N_("Please name the papers that show it."),
    "sanction_above_support": N_(
        "The support of this award by this source in this year is ₩{most}. No more than that can be recovered or was "
        "gained."
    ),
    "sanction_months": N_("A ban lasts 1 to {most} months by the terms of the day on which it happened."),
    "sanction_stands_already": N_(
        "An act of this kind on this award, source and year stands already. Decide on it first, or drop it."
    ),
    "back_charge_stands": N_(
        "A back charge under this rule stands for one of these months already. What is billed of them later follows by "
        "itself."
    ),
    "sanction_no_notice": N_("The organisation has had no notice yet."),
    "sanction_notice_given": N_("Notice was given already."),
    "sanction_answered": N_("The notice was answered already."),
    "sanction_answer_late": N_("The time to answer ended at {until}."),
    "sanction_closed": N_("This is decided already."),
    "sanction_notice_runs": N_("The organisation can answer until {until}; nothing is decided before."),
    "sanction_draft_waits": N_("A draft waits for an approver. It has to be decided or taken back first."),
    "sanction_only_less": N_("After the notice it can only become less: below {most}."),
    "sanction_not_decided": N_("There is no decision to appeal against."),
    "sanction_appealed": N_("There was an appeal already; it can be made once."),
    "sanction_appeal_late": N_("The time to appeal ended at {until}."),
    "sanction_not_appealed": N_("No appeal waits for an answer."),
    "sanction_same_decider": N_("You approved the decision yourself; another approver has to decide on the appeal."),
    "sanction_not_payable": N_("There is no demand of this number that money can be put onto."),
    "sanction_paid_enough": N_("The demand asks for only ₩{owed} more."),
    "sanction_match_reason_needed": N_("Please say why the money is taken off."),
    "sanction_match_undone": N_("This has been taken off already."),
}
INPUT = frozenset(
    {
        "sanction_terms_days", "sanction_terms_rates", "sanction_terms_months", "sanction_terms_past",
        "sanction_ground_without_rate", "sanction_happens_ahead", "sanction_award_needed", "sanction_months_needed",
        "sanction_text_needed", "sanction_evidence_needed", "sanction_above_support", "sanction_months",
        "back_charge_rule_needed", "back_charge_months", "back_charge_of_nothing", "sanction_only_less",
        "sanction_match_reason_needed",
    }
)  # fmt: skip

ACTS = {
    "recovery": N_("Recovery of money"),
    "surcharge": N_("Surcharge"),
    "back_charge": N_("Back charge"),
    "ban": N_("Participation ban"),
}
GROUNDS = {
    "false_claim": N_("Support got by a false claim"),
    "excess_claim": N_("More support claimed than was due"),
    "other_use": N_("Support used for something else"),
    "breach": N_("Terms of the agreement broken"),
}
STATES = {
    "found": N_("Found"),
    "noticed": N_("Prior notice given"),
    "unanswered": N_("Not answered in time"),
    "answered": N_("Answered"),
    "dropped": N_("Dropped"),
    "decided": N_("Decided"),
    "appealed": N_("Appealed"),
    "upheld": N_("Decision upheld"),
    "annulled": N_("Decision annulled"),
    "ended": N_("Ended"),
}

MAILS = {
    "sanction_notice": (
        N_("Prior notice: {act} ({number})"),
        N_(
            "{centre} means to decide on an act against {organisation}: {act}. You can answer in writing until "
            "{until}; nothing is decided before. You find the finding, the evidence and the form to answer at the link."
        ),
    ),
    "sanction_reduced": (
        N_("Less than the notice said: {act} ({number})"),
        N_("{centre} now asks for less of {organisation} than its notice said. You find the reason at the link."),
    ),
    "sanction_dropped": (
        N_("Dropped: {act} ({number})"),
        N_("{centre} has dropped the act against {organisation}. You find the reason at the link."),
    ),
    "sanction_decided": (
        N_("Decision: {act} ({number})"),
        N_(
            "{centre} has decided that {organisation} has to pay {amount} by {due}. Please give the number {number} "
            "with the payment. You can appeal at the link until {until}; an appeal does not suspend the payment."
        ),
    ),
    "sanction_back_charged": (
        N_("Decision: {act} ({number})"),
        N_(
            "{centre} has decided to withdraw {amount} of discounts from {organisation}. The statement of {month} asks "
            "for them, with VAT where the price bears it. You can appeal at the link until {until}; an appeal does not "
            "suspend the payment."
        ),
    ),
    "sanction_followed": (
        N_("Discounts withdrawn of months billed since: {act} ({number})"),
        N_(
            "Under the decision that {centre} sent to {organisation}, the same share is withdrawn of the discounts on "
            "a statement that was issued since: {amount}. The statement of {month} asks for it."
        ),
    ),
    "sanction_given_back": (
        N_("Your appeal was followed: {act} ({number})"),
        N_(
            "{centre} has followed the appeal of {organisation} and annulled its decision. The statement of {month} "
            "gives back what was withdrawn. The reasons are at the link."
        ),
    ),
    "sanction_banned": (
        N_("Decision: {act} ({number})"),
        N_(
            "{centre} has decided that {organisation} cannot hand in new applications up to and including {end}. You "
            "can appeal at the link until {until}; an appeal does not suspend the ban."
        ),
    ),
    "sanction_upheld": (
        N_("Your appeal was not followed: {act} ({number})"),
        N_("{centre} has looked at the appeal of {organisation} and upholds its decision. You find why at the link."),
    ),
    "sanction_annulled": (
        N_("Your appeal was followed: {act} ({number})"),
        N_(
            "{centre} has followed the appeal of {organisation} and annulled its decision. What was paid is paid back. "
            "The reasons are at the link."
        ),
    ),
}
