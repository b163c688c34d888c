"""The words of reviews: refusals, mails, kinds of interest."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "reviewer_unknown_person": N_(
        "Nobody with this e-mail address has an account here. Ask the expert to sign up first, then add them."
    ),
    "reviewer_is_staff": N_("Staff of the centre cannot be reviewers."),
    "reviewer_exists": N_("This person is in the expert pool already."),
    "reviewer_not_active": N_("One of the reviewers is not in the pool or is resting."),
    "reviewer_has_conflict": N_(
        "{reviewer} has a conflict of interest with application {number}, so nothing was assigned."
    ),
    "reviewer_overloaded": N_("{reviewer} would have more than {limit} open sheets, so nothing was assigned."),
    "reviewer_assigned_already": N_("One of the reviewers has this application already, so nothing was assigned."),
    "reviewers_apart": N_(
        "Two of the reviewers of application {number} are to be kept apart, so nothing was assigned."
    ),
    "application_not_reviewed": N_("One of the applications is not in review in this intake."),
    "reviewed_by_applicants": N_(
        "In one of the tracks applicants review each other; there sheets are given out by its arrangement alone."
    ),
    "peer_review_not_declined": N_(
        "Where applicants review each other, a sheet is handed back for an interest alone. Say which, or write it."
    ),
    "calibration_of_applicants": N_(
        "In this intake applicants review each other. Were scores made comparable over all of them, somebody’s scores "
        "could move their own place, so there are none."
    ),
    "calibration_too_small": N_(
        "{applications} applications and {reviewers} reviewers are too few to tell reviewers apart."
    ),
    "calibration_disconnected": N_(
        "Reviewers fall into {groups} groups that no application links, so their scores cannot be compared."
    ),
    "calibration_too_thin": N_("There are {sheets} sheets; to tell reviewers apart at least {needed} are needed."),
    "interest_declared_already": N_("You have declared this interest already."),
    "interest_learnt_ahead": N_("The day on which you learnt of it cannot lie ahead."),
    "interest_ends_ahead": N_("What ends later still holds: leave the day of its end empty."),
    "review_due_in_the_past": N_("The due date must lie ahead."),
    "review_reason_needed": N_("Please say why."),
    "review_already_submitted": N_("This sheet was submitted and can no longer be changed."),
    "review_ended": N_("This sheet was handed back and can no longer be changed."),
    "review_past_due": N_("The time for this review ended at {due}. Please write to the centre."),
    "review_incomplete": N_("{missing} criteria have no points yet. You can save the sheet and finish it later."),
    "criterion_unknown": N_("There is no criterion “{criterion}” in this scoring table."),
    "points_out_of_range": N_("Please give 0 to {most} points here, not {points}."),
    "purpose_needed": N_("Please say what you need the file for."),
}
INPUT = frozenset(
    {
        "reviewer_unknown_person",
        "interest_learnt_ahead",
        "interest_ends_ahead",
        "review_due_in_the_past",
        "review_reason_needed",
        "review_incomplete",
        "criterion_unknown",
        "points_out_of_range",
        "purpose_needed",
    }
)

MAILS = {
    "review_assigned": (
        N_("Applications to review"),
        N_("{centre} asks you to review applications until {due}. You find them, and the scoring table, at the link."),
    ),
    "review_reminder": (
        N_("Reviews that wait for you"),
        N_("{centre} waits for {sheets} sheets of yours. The next is due at {due}. You find them at the link."),
    ),
}

INTERESTS = {
    "same_organisation": N_("I belong to the organisation"),
    "same_department": N_("I belong to the same department"),
    "firm_group": N_("I belong to a firm of the same group"),
    "member": N_("I take part in the project"),
    "relative": N_("A relative of mine is involved"),
    "advice": N_("I advised or worked for the applicant"),
    "financial": N_("I have a financial interest"),
    "superior": N_("One of us was the superior of the other"),
    "supervision": N_("One of us taught the other"),
    "coauthor": N_("We published together"),
    "other": N_("Another reason to step back"),
}
