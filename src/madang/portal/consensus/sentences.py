"""The words of consensuses: refusals, mails, states."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "consensus_after_decision": N_("This intake is decided; the scores of its applications stand."),
    "consensus_sheets_missing": N_("{sheets} sheets are not in yet. Nobody sees another's sheet before all are in."),
    "consensus_too_early": N_("A consensus needs at least two independent sheets; there are {sheets}."),
    "consensus_incomplete": N_("“{criterion}” has no points yet."),
    "consensus_needs_reason": N_(
        "“{criterion}”: {points} points lie outside of what the reviewers gave ({low} to {high}), so say why."
    ),
    "consensus_objection_needs_reason": N_("Please say why you object."),
    "consensus_not_answered": N_("{reviewers} reviewers have not answered yet."),
    "consensus_closing_needs_reason": N_("A reviewer objects. Say why the sheet stands all the same."),
    "consensus_reason_needed": N_("Please say why the consensus is taken up again."),
}
INPUT = frozenset(
    {
        "consensus_incomplete",
        "consensus_needs_reason",
        "consensus_objection_needs_reason",
        "consensus_closing_needs_reason",
        "consensus_reason_needed",
    }
)
MAILS = {
    "consensus_moderator": (
        N_("You moderate a consensus"),
        N_(
            "{centre} asks you to moderate the consensus on application {number}. Once all sheets are in you find them"
            " at the link, and write the sheet that the reviewers agree on."
        ),
    ),
    "consensus_sent": (
        N_("A sheet to agree on"),
        N_("The reviewers of application {number} are to agree on a sheet. You find it at the link: agree or object."),
    ),
}
