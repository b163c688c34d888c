"""The words of challenges: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "challenge_reason_needed": N_("Please give your reasons."),
    "challenge_not_in_rules": N_("The rules of this track know no challenges of reviewers."),
    "challenge_too_many": N_("At most {most} people can be challenged for one application."),
    "challenge_too_late": N_("Challenges were to be filed before {at}."),
    "challenge_grounds_needed": N_("Please write the grounds, which the applicant reads."),
    "challenge_means_another": N_("This person's name is not the one that the applicant wrote."),
    "challenge_session_begun": N_("The session began at {at}, so this challenge can only be upheld."),
}
INPUT = frozenset({"challenge_reason_needed", "challenge_grounds_needed", "challenge_means_another"})
MAILS = {
    "challenge_decided": (
        N_("Your challenge of a reviewer was decided"),
        N_("{centre} has decided your challenge for application {number}. You find the decision at the link."),
    ),
}
