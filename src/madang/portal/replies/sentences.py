"""The words of the right of reply: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "replies_not_now": N_("Applicants answer while the intake is in review."),
    "replies_before_sheets": N_("Applicants answer once all sheets are in; {sheets} are still out."),
    "replies_too_short": N_("Applicants need at least {days} days to answer."),
    "replies_open_already": N_("Applicants of this intake have been asked already."),
    "replies_going_on": N_("Answers of applicants are taken until {until}, so nothing can be decided before."),
    "replies_over": N_("The time to answer the reviews ended at {until}."),
    "reply_empty": N_("Please write your answer."),
    "reply_too_long": N_("At most {limit} characters."),
}
INPUT = frozenset({"replies_too_short", "reply_empty", "reply_too_long"})
MAILS = {
    "replies_open": (
        N_("You can answer the reviews of your application"),
        N_(
            "{centre} asks you to read what reviewers wrote on application {number}. You can answer until {until}, at "
            "the link. Nothing is decided before."
        ),
    ),
}
