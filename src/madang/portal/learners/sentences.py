"""The words of learners: refusals, states, means of consent, mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "learners_not_open_yet": N_("Applications to this cohort are not open yet."),
    "learners_closed": N_("Applications to this cohort are closed."),
    "learners_still_open": N_("The selection comes after the deadline for applications."),
    "learner_applied": N_("You have applied to this cohort already."),
    "learner_birth_wrong": N_("This cannot be a date of birth."),
    "learner_statement_long": N_("At most {most} letters."),
    "guardian_consent_needed": N_(
        "Who is under 14 needs the consent of a parent or guardian first. Please ask the centre: once it has recorded "
        "the consent, you can apply. Nothing was stored."
    ),
    "learner_account_unknown": N_("Nobody has an account with this e-mail address."),
    "learner_day_ahead": N_("This day has not come yet."),
    "learner_points_wrong": N_("A whole number from 0 to {most}."),
    "learner_not_applied": N_("One of these applications no longer stands. Load the page again."),
    "learner_why_needed": N_("Please say why."),
    "learner_over": N_("This application is over."),
    "learner_not_graduated": N_("Only who has completed the course has been placed."),
    "placement_incomplete": N_("Please fill this in, in at most {most} letters."),
    "stage_over": N_("The cohort has no such stage, or its selection is over."),
    "progress_heading_missing": N_("No row of the file has the headings for the e-mail address and the hours."),
    "progress_too_many_rows": N_("The file has more than {most} rows. Split it."),
    "progress_none": N_("No row of the file has hours."),
    "progress_row_twice": N_("Row {row} of the file has the same e-mail address."),
    "progress_unknown": N_("{email}: nobody with this address has an application to this cohort that stands."),
    "progress_hours_unreadable": N_("{value} is no number of hours."),
    "progress_has_faults": N_("{rows} rows cannot be used, so nothing was stored. Mend them in the file."),
}
INPUT = frozenset(
    set(REFUSALS)
    - {"learners_not_open_yet", "learners_closed", "learners_still_open", "learner_applied", "learner_over",
       "learner_not_applied", "learner_not_graduated", "stage_over"}
)  # fmt: skip
STATES = {
    "applied": N_("Has applied"),
    "seated": N_("Has a place"),
    "reserve": N_("On the reserve list"),
    "refused": N_("Got no place"),
    "withdrawn": N_("Took the application back"),
    "left": N_("Left the course"),
    "graduated": N_("Completed the course"),
    "unfinished": N_("Did not complete the course"),
}
PLACEMENT_STATES = {
    "told": N_("To be looked at"),
    "accepted": N_("Counts"),
    "refused": N_("Does not count"),
}
MEANS = {
    "paper": N_("On paper, signed"),
    "phone": N_("By telephone, called back"),
    "person": N_("In person"),
}
MAILS = {
    "learner_seated": (
        N_("You have a place: {course}, cohort {number}"),
        N_("You have been given a place in {course}, cohort {number}. If you cannot come, please give it up soon: "
           "somebody waits for it."),
    ),
    "learner_reserve": (
        N_("You are on the reserve list: {course}, cohort {number}"),
        N_("You have passed the selection of {course}, cohort {number}, and stand on the reserve list. We write to you "
           "if a place becomes free."),
    ),
    "learner_refused": (
        N_("Result of the selection: {course}, cohort {number}"),
        N_("You were not chosen for {course}, cohort {number}. Your points are on the page of your application."),
    ),
    "learner_moved_up": (
        N_("A place has become free for you: {course}, cohort {number}"),
        N_("You have moved up from the reserve list and have a place in {course}, cohort {number}. If you cannot come, "
           "please give it up soon."),
    ),
    "learner_let_go": (
        N_("Your application has ended: {course}, cohort {number}"),
        N_("The centre has ended your part in {course}, cohort {number}. The reason is on the page of the course."),
    ),
}  # fmt: skip
