"""The words of applicants who review each other: refusals, mails, how a duty stands, why scoring is looked at."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "exchange_not_of_track": N_("In this track experts review, not applicants."),
    "exchange_not_now": N_("This is possible while the intake is in review and nothing is published."),
    "exchange_confirmed_already": N_("The sheets of this track are given out already."),
    "exchange_nobody_reviews": N_(
        "Application {number} has nobody who can review for it: a member of its organisation who does not work for the "
        "centre."
    ),
    "exchange_impossible": N_(
        "{applications} applications cannot have {each} reviews each from other review groups without a conflict. Too "
        "few take part, or too many belong together."
    ),
    "exchange_not_neutral": N_(
        "Nothing was given out: in {faults} ways somebody’s scores could move their own place, first that of {number}."
    ),
    "forfeit_not_eligible": N_("Only an eligible application can be rejected for missing reviews."),
    "forfeit_nothing_owed": N_("All reviews that were to be written for this application are in."),
    "forfeit_not_due": N_("Reviews can be handed in until {until}; nobody is rejected before."),
    "forfeit_before_reminders": N_(
        "Nobody is rejected before {needed} reminders; {sent} were sent. Remind once more, at the earliest a day after "
        "the last."
    ),
}

STANDINGS = {
    "done": N_("All in"),
    "open": N_("Still open"),
    "owed": N_("Missing, to be reminded"),
    "forfeited": N_("Missing after reminders"),
}
TONES = {"done": "success", "open": "information", "owed": "warning", "forfeited": "danger"}
FLAGS = {
    "same_points": N_("The same points for all"),
    "no_reasons": N_("Mostly without reasons"),
    "far_off": N_("Far from the others"),
}

MAILS = {
    "exchange_begun": (
        N_("Please review other applications of your track"),
        N_(
            "In your track applicants review each other. {centre} asks you to review {sheets} applications until "
            "{due}. "
            "You find them at the link. Your scores cannot move the place of your own application. If reviews "
            "are missing after reminders and days of grace, your own application can be rejected."
        ),
    ),
    "exchange_reminder": (
        N_("Reviews that you owe: your own application depends on them"),
        N_(
            "{sheets} reviews of yours are missing. They are due at {due} and can be handed in until {until}. After "
            "that {centre} can reject your own application. You find them at the link."
        ),
    ),
    "exchange_forfeited": (
        N_("Application {number} was rejected as reviews are missing"),
        N_(
            "{missing} reviews of other applications that were to be written for application {number} were not handed "
            "in after reminders. As the call says, {centre} has rejected the application. More stands at the link."
        ),
    ),
    "exchange_reinstated": (
        N_("Application {number} is in review again"),
        N_("{centre} has taken back that application {number} was rejected for missing reviews."),
    ),
}
