"""The words of courses: refusals, kinds, parts of the week, stages of selection, states of a cohort."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "course_code_known": N_("Another course has this code."),
    "cohort_number_known": N_("The course has a cohort with this number."),
    "cohort_organisation_unknown": N_("This organisation is not known."),
    "cohort_places_wrong": N_("A cohort has a number from 1 on, and from 1 to {most} places."),
    "cohort_hours_wrong": N_("A cohort has from 1 to {most} hours."),
    "cohort_dates_wrong": N_(
        "Applications open before they close, close before the first day, and the last day comes at most three years "
        "after the first."
    ),
    "cohort_percentage_wrong": N_("This is a percentage from 0 to 100."),
    "cohort_tracks_wrong": N_("At most {most} tracks, each once, in at most {letters} letters."),
    "cohort_stages_wrong": N_(
        "At least one stage, each with at most {most} points and never fewer than are needed; an online stage has from "
        "1 to {hours} hours."
    ),
    "cohort_track_unknown": N_("Choose one of the cohort's tracks."),
    "teacher_unknown": N_("Nobody has an account with this e-mail address."),
    "teacher_named": N_("This person teaches the cohort already."),
    "cohort_award_wrong": N_("The cohort's organisation has no award with this number."),
    "cohort_allowance_wrong": N_("A learner's part is from 1 hour to 1,000,000 hours."),
}
INPUT = frozenset(REFUSALS)
KINDS = {
    "school": N_("School programme"),
    "gifted": N_("Gifted school"),
    "university": N_("Course at a university"),
    "academy": N_("Academy"),
}
BANDS = {"day": N_("On weekdays by day"), "evening": N_("On weekdays in the evening"), "weekend": N_("At weekends")}
STAGES = {
    "papers": N_("Papers of application"),
    "online": N_("Online course"),
    "test": N_("Written test"),
    "interview": N_("Interview for a place"),
}
COHORT_STATES = {
    "draft": N_("In preparation"),
    "open": N_("Announced"),
    "selected": N_("Places given"),
    "ended": N_("Completed"),
}
