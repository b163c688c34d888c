"""The words of coursework: what is refused."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "coursework_title_needed": N_("Coursework has a title in both languages, of at most {most} letters."),
    "coursework_outside_cohort": N_("Coursework is due between the first and the last day of the cohort."),
    "coursework_closed": N_(
        "This can be changed until the cohort ends, and completion is noted once its places are given."
    ),
    "coursework_many": N_("A cohort has at most {most} pieces of coursework."),
    "coursework_completed": N_("Somebody has completed this coursework, so it stays."),
    "coursework_not_theirs": N_("One of these learners has no place in the class, or another track."),
    "marks_heading_missing": N_("No row of the file has the headings for the e-mail address and completion."),
    "marks_none": N_("No row of the file says who completed the coursework."),
    "marks_unknown": N_("{email}: nobody with this address and a place is given this coursework."),
    "marks_unreadable": N_("{value} says neither that it is completed nor that it is not."),
}
INPUT = frozenset(set(REFUSALS) - {"coursework_closed", "coursework_many", "coursework_completed"})
