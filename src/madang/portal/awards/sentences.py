"""The words of awards: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "award_not_offered": N_("This award does not wait for an answer."),
    "award_deadline_passed": N_(
        "The time to answer ended at {until}, so this award can no longer be accepted or declined."
    ),
    "award_not_running": N_("Only an award in force can be ended."),
    "award_reason_needed": N_("Please say why the award is to end."),
    "instalments_late": N_("Instalments are set before an award is accepted: whoever accepts has to have read them."),
    "instalments_nothing": N_("Nothing of this award is counted by the hour; what is held by the month is not halved."),
    "instalments_day": N_("The day of the report lies within the award's days, after the first of them."),
    "award_confirm": N_("Please tick the box to confirm."),
}
INPUT = frozenset({"award_reason_needed", "award_confirm", "instalments_day"})

MAILS = {
    "award_lapsed": (
        N_("Award {number} has lapsed"),
        N_("The award for “{title}” at {centre} was not accepted in time and has lapsed. What it held goes to others."),
    ),
    "award_in_force": (
        N_("Award {number} is in force"),
        N_(
            "The agreement on “{title}” is signed by both sides, and the award is in force. Members of your "
            "organisation can now submit jobs at {centre}."
        ),
    ),
    "award_rest_granted": (
        N_("The second half of award {number} is granted"),
        N_(
            "{centre} has accepted the interim report on “{title}”. The second half of the award's hours is granted "
            "and can be used now."
        ),
    ),
    "award_share_used": (
        N_("{share} percent of award {number} is used"),
        N_(
            "Of the award for “{title}”, {share} percent of {pool} is used. {left} are left until {until}. When it "
            "will run out at its present pace stands at the link."
        ),
    ),
    "award_ended": (
        N_("Award {number} was ended"),
        N_(
            "{centre} has ended the award for “{title}” before its time. Jobs that wait are cancelled now; jobs that "
            "still run at {until} are cancelled then. You find the reason and the figures at the link."
        ),
    ),
    "award_over": (
        N_("Award {number} has ended"),
        N_(
            "The period of the award for “{title}” at {centre} is over. Jobs that wait are cancelled now; jobs that "
            "still run at {until} are cancelled then. You find what was used at the link."
        ),
    ),
}
