"""The words of lessons: what is refused."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "lesson_title_needed": N_("A lesson has a title of at most {most} letters."),
    "lesson_length_wrong": N_("A lesson ends after it begins, and within twelve hours."),
    "lesson_outside_cohort": N_("A lesson lies between the first and the last day of the cohort."),
    "lesson_weeks_wrong": N_("From 1 to {most} weeks."),
    "lesson_at_once": N_("The class has another lesson at this time."),
    "lesson_why_needed": N_("Please say why."),
    "lesson_cancelled": N_("This lesson was cancelled."),
    "lesson_too_early": N_("It is too early for this lesson."),
    "lesson_over": N_("This lesson has begun or is over."),
    "lesson_code_wrong": N_("No lesson of yours goes on with this code. Look at the code again, or ask your teacher."),
    "learner_without_seat": N_("Only who has a place in the cohort can do this."),
}
INPUT = frozenset({"lesson_title_needed", "lesson_length_wrong", "lesson_outside_cohort", "lesson_weeks_wrong",
                   "lesson_why_needed", "lesson_code_wrong"})  # fmt: skip
