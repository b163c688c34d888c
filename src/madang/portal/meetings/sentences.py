"""The words of meetings: what is refused, and why."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "meeting_of_a_step_once": N_("This committee has a meeting for this step already."),
    "meeting_in_the_past": N_("The meeting must lie ahead."),
    "meeting_not_yet": N_("Attendance is noted on the day of the meeting."),
    "meeting_not_a_member": N_("Somebody here has no seat in this committee."),
    "meeting_chair_not_there": N_("Who leads the meeting must be there."),
    "meeting_chair_in_conflict": N_("Who leads the meeting must be free of conflicts with every application in it."),
    "meeting_chair_owes_terms": N_("Who leads the meeting must have agreed to the terms for reviewers first."),
    "meeting_without_quorum": N_("{present} members are there, but {needed} are needed. Nothing is decided."),
    "meeting_sheets_missing": N_("{sheets} sheets of members who are there are not in yet."),
    "meeting_opinion_needed": N_("The chair's overall opinion is missing."),
    "meeting_due_in_the_past": N_("Sheets must be due after now."),
    "meeting_reason_needed": N_("Please say why."),
    "committee_points_out_of_range": N_("This call allows {least} to {most} points here."),
    "committee_points_need_reason": N_("Points that a committee adds or takes off need a reason."),
    "minutes_missing": N_("Minutes of {meetings} meetings are not approved yet, so nothing can be decided."),
}
INPUT = frozenset(
    {
        "meeting_in_the_past", "meeting_not_a_member", "meeting_chair_not_there", "meeting_chair_in_conflict",
        "meeting_due_in_the_past", "meeting_reason_needed", "committee_points_out_of_range",
        "committee_points_need_reason",
    }
)  # fmt: skip
