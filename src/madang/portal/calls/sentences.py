"""The words of calls: refusals, mails, and the names of kinds and fields."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "intake_move_out_of_order": N_("An intake moves one step at a time; this step does not follow the present one."),
    "intake_not_yet_open": N_("This intake opens at {opens_at}; it cannot be opened before."),
    "intake_still_open": N_("Applications are accepted until {closes_at}; screening begins after that."),
    "screening_not_finished": N_("Screening is not finished: {left} applications wait for a verdict."),
    "intakes_not_closed": N_("The call can be closed once all its intakes are closed."),
    "not_correctable": N_("A correction notice cannot change this; it needs a new call."),
    "correction_changes_nothing": N_("The new value is the same as the old one."),
    "correction_after_review_began": N_("Review has begun, so this can no longer be changed for this call."),
    "correction_after_first_score": N_("Points were given by this scoring table, so it can no longer be changed."),
    "correction_intake_has_opened": N_("The intake has opened already; its opening cannot be moved."),
    "correction_shortens_deadline": N_("A published deadline ({old}) can be moved later only, for everyone."),
    "correction_deadline_past": N_("The new deadline ({new}) is past already."),
    "correction_dates_out_of_order": N_("The dates would be out of order: opening, deadline, review, decision."),
    "correction_value_wrong": N_("The new value cannot be read: {given}"),
    "correction_value_not_allowed": N_("The call's rules do not allow this value; check minimum, maximum and dates."),
    "not_rolling": N_("Only a rolling call opens a further intake by itself."),
    "next_intake_after_end": N_("The tracks of this call end before another intake could be decided."),
    "call_not_published": N_("This call is not published."),
}
INPUT = frozenset(
    {
        "not_correctable",
        "correction_changes_nothing",
        "correction_shortens_deadline",
        "correction_deadline_past",
        "correction_dates_out_of_order",
        "correction_value_wrong",
        "correction_value_not_allowed",
    }
)
MAILS = {
    "call_corrected": (
        N_("Correction notice: {call}"),
        N_(
            "A correction notice was published for the call “{call}”, in which you began an application.\n\n"
            "What changes: {what}\nBefore: {old}\nNow: {new}\nReason: {reason}"
        ),
    ),
}
CALL_KINDS = {
    "regular": N_("Regular call"),
    "additional": N_("Additional call"),
    "rolling": N_("Rolling call"),
    "beta": N_("Trial call"),
}
STACKING = {
    "best": N_("Where several discounts apply, the largest one counts."),
    "add": N_("Where several discounts apply, they are added up."),
    "multiply": N_("Where several discounts apply, one is taken after the other."),
    "in_order": N_("Where several discounts apply, each says whether it is taken off what another one left."),
}
CONFLICT_RULES = {
    "korean": N_("Nobody reviews for an organisation that they belong to, or left less than three years ago."),
    "international": N_(
        "Sharing an organisation alone bars nobody; taking part, relatives and financial interests do."
    ),
}
STEPS = {
    "document": N_("Review of documents"),
    "presentation": N_("Presentations"),
    "on_site": N_("Visit on site"),
}
SCORE_RULES = {
    "mean": N_("The score is the mean of all sheets."),
    "trimmed": N_(
        "With five or more sheets the highest and the lowest are left out; the score is the mean of the others."
    ),
}
THINGS = {
    "call": N_("Call"),
    "intake": N_("Intake"),
    "track": N_("Track"),
    "product": N_("Resource type"),
    "criterion": N_("Criterion"),
    "section": N_("Part of the plan"),
    "evidence": N_("Paper"),
}
FIELDS = {
    "title_ko": N_("title in Korean"),
    "title_en": N_("title in English"),
    "summary_ko": N_("summary in Korean"),
    "summary_en": N_("summary in English"),
    "guidance_ko": N_("guidance in Korean"),
    "guidance_en": N_("guidance in English"),
    "opens_at": N_("opening"),
    "closes_at": N_("deadline"),
    "review_due_at": N_("end of review"),
    "decision_due_at": N_("decision"),
    "accept_days": N_("days to accept an award"),
    "objection_days": N_("days to object to a decision"),
    "first_month": N_("first month"),
    "last_month": N_("last month"),
    "minimum_months": N_("least number of months"),
    "minimum_total_milli": N_("minimum total, in thousandths of a point"),
    "minimum": N_("least amount"),
    "maximum": N_("greatest amount"),
    "points": N_("points"),
    "minimum_points": N_("minimum points"),
    "anchors_ko": N_("what the points mean, in Korean"),
    "anchors_en": N_("what the points mean, in English"),
    "max_characters": N_("greatest length"),
    "max_age_days": N_("greatest age in days"),
}
