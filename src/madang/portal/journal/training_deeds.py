"""The words for what is done about courses, learners, lessons and certificates."""

from django.utils.translation import gettext_noop as N_

DEEDS = {
    "courses.add_course": N_("Course added"),
    "courses.change_course": N_("Course changed"),
    "courses.add_cohort": N_("Cohort drafted"),
    "courses.publish": N_("Cohort announced"),
    "courses.drop": N_("Draft of a cohort removed"),
    "courses.name_teacher": N_("Teacher of a cohort named"),
    "courses.end_teacher": N_("Teacher of a cohort ended"),
    "courses.share_award": N_("Award given to a class to share"),
    "learners.record_consent": N_("Guardian's consent recorded"),
    "learners.apply": N_("Application to a cohort"),
    "learners.change_name": N_("Name on a certificate chosen"),
    "learners.give_points": N_("Points of a stage kept"),
    "learners.select": N_("Places of a cohort given"),
    "learners.move_up": N_("Moved up from a cohort's reserve list"),
    "learners.leave": N_("Application taken back or place given up"),
    "learners.end_term": N_("Computing of a class ended"),
    "learners.tell_placement": N_("Placement entered"),
    "learners.decide_placement": N_("Placement looked at"),
    "lessons.plan": N_("Lessons planned"),
    "lessons.cancel": N_("Lesson cancelled"),
    "lessons.open_code": N_("Code of a lesson drawn"),
    "lessons.enter_code": N_("There, by the lesson's code"),
    "lessons.correct": N_("Attendance corrected"),
    "certificates.issue": N_("Certificates of a cohort issued"),
    "certificates.revoke": N_("Certificate revoked"),
}
