"""The words of take-backs: refusals, mails and kinds of answer. Taking back hours never recovers money."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "idle_rule_figures": N_("The share is 0 to 100 percent, and days are 1 to {most}."),
    "idle_rule_grace": N_("At least {least} days to answer are owed before something is taken away."),
    "idle_rule_past": N_("A rule starts today or later: nobody is judged by a rule that came afterwards."),
    "take_back_not_idle": N_("The rule does not find this award idle today, so no notice can be given."),
    "take_back_reason_needed": N_("Please give the reasons."),
    "take_back_amount": N_("The amount must be above zero and at most {most} seconds."),
    "take_back_open": N_("Notice of a take-back was given already and is not decided yet."),
    "take_back_answered": N_("The notice was answered already."),
    "take_back_answer_late": N_("The time to answer ended at {until}."),
    "take_back_closed": N_("This take-back is decided already."),
    "take_back_notice_runs": N_("The organisation can answer until {until}; nothing is taken before."),
    "take_back_whole": N_("This award holds units by the month and can only be taken back whole, or not at all."),
    "take_back_draft_waits": N_("A draft waits for an approver. It has to be decided or taken back first."),
    "take_back_exempt_past": N_("The last day of the exemption lies in the past."),
    "take_back_award_over": N_("The award is over, so nothing of it can be taken back. Please drop the take-back."),
    "take_back_nothing_left": N_("Nothing is left that could be taken back. Please drop the take-back."),
}
INPUT = frozenset(
    {
        "idle_rule_figures", "idle_rule_grace", "idle_rule_past", "take_back_reason_needed", "take_back_amount",
        "take_back_exempt_past",
    }
)  # fmt: skip

MAILS = {
    "take_back_notice": (
        N_("Prior notice: unused hours of award {number} are to be taken back"),
        N_(
            "{centre} means to take back {hours} of {pool} from the award for “{title}”, since much less was used than "
            "planned. You can ask for an exemption or give your view in writing until {until}; nothing is taken "
            "before. No money is recovered by this. You find the figures and the form at the link."
        ),
    ),
    "take_back_award_notice": (
        N_("Prior notice: award {number} is to be taken back"),
        N_(
            "{centre} means to take back the whole award for “{title}” and to end it, since much less was used than "
            "planned. You can ask for an exemption or give your view in writing until {until}; nothing is taken "
            "before. No money is recovered by this. You find the figures and the form at the link."
        ),
    ),
    "take_back_reduced": (
        N_("Less of award {number} is to be taken back"),
        N_("Of the award for “{title}”, {centre} now means to take back {hours} of {pool}. The reason is at the link."),
    ),
    "take_back_dropped": (
        N_("Nothing is taken back of award {number}"),
        N_("{centre} has dropped the take-back from the award for “{title}”. You find the reason at the link."),
    ),
    "take_back_taken": (
        N_("Hours of award {number} were taken back"),
        N_(
            "{centre} has taken back {hours} of {pool} from the award for “{title}”. What is left stays yours. No "
            "money is recovered by this. You find the reason and the figures at the link."
        ),
    ),
    "take_back_award_taken": (
        N_("Award {number} was taken back"),
        N_(
            "{centre} has taken back the award for “{title}” and ended it. No money is recovered by this. You find the "
            "reason and the figures at the link."
        ),
    ),
}

ANSWERS = {"exemption": N_("We ask to be exempted"), "view": N_("We give our view")}
