"""The words of suggestions, of reviewers who are kept apart, and of bids: refusals, mails, why a sheet goes."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "suggestion_not_now": N_("Who reviews what is worked out while the intake is in review."),
    "assignment_pair_unknown": N_("Something was chosen that is not in the suggestion. Look at it again."),
    "assignment_nothing_chosen": N_("Nothing was chosen, so nothing changed."),
    "apart_from_oneself": N_("Choose two different reviewers."),
    "apart_already": N_("These two are kept apart already."),
    "bids_not_now": N_("Reviewers are asked while applications are screened or reviewed."),
    "bids_too_short": N_("Reviewers need a day at least to answer."),
    "bids_over": N_("The time to say what you would like to review ended at {until}."),
}
INPUT = frozenset({"apart_from_oneself", "bids_too_short", "assignment_pair_unknown", "assignment_nothing_chosen"})

MAILS = {
    "review_moved": (
        N_("Sheets were given to somebody else"),
        N_(
            "{centre} gave {sheets} applications that you had not begun to other reviewers. What is left for you "
            "stands at the link."
        ),
    ),
    "bids_open": (
        N_("Which applications would you like to review?"),
        N_(
            "{centre} asks you to say until {until} which applications you would like to review, and which not. You "
            "see their titles at the link."
        ),
    ),
}

WHYS = {
    "conflict": N_("A conflict of interest came up"),
    "resting": N_("The reviewer no longer takes part"),
    "moved": N_("Somebody else is given it"),
}
LACKS = {
    "conflicts": N_("Too few reviewers have time and no conflict of interest"),
    "places": N_("All reviewers who could take it are full"),
    "apart": N_("The reviewers who are left must not meet"),
}
WISHES = {
    "eager": N_("I would like to"),
    "willing": N_("I can"),
    "unwilling": N_("Rather not"),
}
SAID = {
    "eager": N_("would like to"),
    "willing": N_("can"),
    "unwilling": N_("rather not"),
}
EXPERTISE = {2: N_("expert"), 1: N_("knows the field")}
