"""The words of decisions: refusals, mails, reasons that no solver gives, and remedies."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "no_plan_adopted": N_("No allocation plan has been adopted for this intake yet."),
    "plan_other_adopted": N_(
        "Another plan of this intake was adopted after this one was laid before you. Take the draft back and compare."
    ),
    "nothing_to_publish": N_("There is nothing that has not been published yet."),
}

OUTCOMES = {
    "awarded": N_("Selected"),
    "reserve": N_("Reserve list"),
    "refused": N_("Not selected"),
}

REASONS = {
    "ineligible": N_("Not selected: screening found that the application does not meet the call's conditions."),
    "reviews_missing": N_(
        "Not selected: reviews of other applications that were to be written for this one were not handed in after "
        "reminders."
    ),
    "ineligible_at_award": N_(
        "Not selected: the applicant met the call's conditions at the deadline, but no longer on the day of the award."
    ),
}

REMEDIES = {
    "awarded": N_("Please accept or decline the award by its deadline. If you do not answer, it lapses."),
    "reserve": N_(
        "You need not do anything: when an award is declined or lapses, the reserve list is served in its order."
    ),
    "refused": N_("You can apply again in a later intake. A smaller useful minimum makes a part more likely."),
    "below_minimum": N_(
        "The reviewers' comments show where points were missing; you can apply again in a later intake."
    ),
    "reviews_missing": N_("You can apply again in a later intake. In this track reviewing others is part of applying."),
    "ineligible": N_(
        "The eligibility check on your application shows which condition failed. Once it is met you can apply in a "
        "later intake."
    ),
}

# Said after the remedy of who was not selected; the days are the intake's.
OBJECTION = N_("You can object in writing to the centre within {days} days of this notice.")
MAY_OBJECT = frozenset({"refused", "below_minimum", "ineligible", "reviews_missing"})

MAILS = {
    "decision_awarded": (
        N_("Result of application {number}: selected"),
        N_(
            "“{title}”: {reason}\n\nPlease accept or decline the award at {centre} before {until}. The link leads to "
            "it."
        ),
    ),
    "decision_reserve": (
        N_("Result of application {number}: reserve list"),
        N_(
            "“{title}”: {reason}\n\nIf something comes back, {centre} will tell you. Scores and comments stand at the "
            "link."
        ),
    ),
    "decision_refused": (
        N_("Result of application {number}: not selected"),
        N_("“{title}”: {reason}\n\nScores, comments and what you can do next stand at the link. {centre}"),
    ),
}
