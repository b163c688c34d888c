"""The words of committees: refusals, mails, what can be answered, what a public record of a draw says."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "committee_meets_in_the_past": N_("The day of the meeting must lie ahead."),
    "committee_of_another_call": N_("This track belongs to another call."),
    "committee_named_already": N_("This intake has a committee of this name already."),
    "committee_after_decision": N_("The results of this intake are decided, so no committee is drawn for it any more."),
    "committee_full": N_("Every seat is taken."),
    "committee_met": N_("The committee has met, so nobody is invited any more."),
    "committee_reason_needed": N_("Please say why."),
    "committee_invitation_over": N_("This invitation was answered, or its time is over. Please write to the centre."),
    "committee_terms_needed": N_("To accept, please agree to the terms."),
    "draw_going": N_("The last draw is not done yet."),
    "draw_list_not_used_up": N_("There are people left on the last list. Another round begins when it is used up."),
    "draw_value_in_the_past": N_("The value must come about after now and before the committee meets."),
    "draw_value_not_yet": N_("The value comes about at {at}. The list is drawn after it."),
    "draw_value_empty": N_("Please enter the value as it was published."),
    "draw_terms_impossible": N_("No committee of this size can keep these conditions, or too few names are drawn."),
    "draw_frozen_too_late": N_("The value has come about, so the pool can no longer be frozen. Give this draw up."),
    "draw_before_deadline": N_("The pool is frozen after the deadline, when all applicants are known."),
    "draw_nobody_to_ask": N_("Nobody is to be asked now: seats are taken or wait for answers, or the list is used up."),
    "draw_pool_too_small": N_("The pool is too small: {needed} experts are needed, {found} were found. {trait}"),
}
INPUT = frozenset(
    {
        "committee_meets_in_the_past", "committee_of_another_call", "committee_named_already",
        "committee_reason_needed", "committee_terms_needed", "draw_value_in_the_past", "draw_value_empty",
        "draw_terms_impossible",
    }
)  # fmt: skip
MAILS = {
    "committee_invited": (
        N_("Invitation to a committee of experts"),
        N_(
            "{centre} invites you to the committee that judges applications of “{call}”. It meets at {meets}. You were "
            "drawn by lot. Please answer by {answer_by}, at the link; without an answer the next on the list is asked."
        ),
    ),
}
SAID = {
    "accepted": N_("I accept"),
    "refused": N_("I cannot take part"),
    "recused": N_("I step back, as I have an interest"),
    "absent": N_("Could not be reached"),
}
