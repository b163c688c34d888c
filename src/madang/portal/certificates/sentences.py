"""The words of certificates: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "cohort_not_over": N_("The last day of the cohort is not over."),
    "certificate_why_needed": N_("Please say why."),
}
INPUT = frozenset({"certificate_why_needed"})
MAILS = {
    "learner_graduated": (
        N_("Your certificate: {course}, cohort {number}"),
        N_("You have completed {course}, cohort {number}. Your certificate, with a code by which anybody can check it, "
           "is on the page of your course."),
    ),
}  # fmt: skip
