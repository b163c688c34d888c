"""The words of a round's steps, of what comes next in it, and of who may do that."""

from django.utils.translation import gettext_noop as N_

STEPS = {
    "applications": N_("Applications"),
    "screening": N_("Screening"),
    "reviews": N_("Reviews"),
    "plan": N_("Allocation plan"),
    "decisions": N_("Decisions"),
    "agreements": N_("Agreements"),
}
# what comes next, and the words of the button that leads there
ACTS = {
    "wait_for_opening": (N_("The intake has not opened yet."), N_("To the call")),
    "wait_for_deadline": (N_("Applications come in until the deadline."), N_("See the demand so far")),
    "screen": (N_("Applications wait for a verdict of the screening."), N_("Screen the applications")),
    "move_to_review": (N_("Every application is screened. Open the reviews."), N_("Run this call")),
    "assign": (N_("Applications lack reviewers."), N_("Suggest who reviews what")),
    "wait_for_reviews": (N_("Sheets are out; reviewers can be reminded."), N_("See the sheets")),
    "propose": (N_("All sheets are back. Propose plans and compare them."), N_("Propose a plan")),
    "wait_for_solver": (N_("A plan is being solved."), N_("To the plans")),
    "adopt": (N_("A checked plan can be laid before an approver, and adopted."), N_("To the plans")),
    "publish": (N_("Decisions are held back. Publish them together."), N_("To the decisions")),
    "wait_for_answers": (N_("Offers wait for the answers of the applicants."), N_("To the decisions")),
    "solve_again": (N_("Awards came back; the reserve list can be served."), N_("To the decisions")),
    "sign": (
        N_("Accepted awards wait for their agreements: the organisation signs, then the centre."),
        N_("To the awards"),
    ),
    "follow": (N_("Nothing is left to decide in this round."), N_("To the decisions")),
}
ROLES = {
    "screening_officer": N_("screening officer"),
    "programme_manager": N_("programme manager"),
    "approver": N_("approver"),
    "operator": N_("operator"),
    "auditor": N_("auditor"),
}
