"""The words of screening: refusals and mails."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "screening_own_organisation": N_("This application is of your own organisation; a colleague has to screen it."),
    "question_empty": N_("Write the question."),
    "question_too_long": N_("A question can have at most {limit} characters."),
    "question_deadline_past": N_("The deadline for the answer must lie in the future."),
    "question_answered": N_("This question is answered already."),
    "questions_open": N_("{left} questions are not answered yet and their deadline is not past."),
    "answer_too_late": N_("The answer was due by {answer_by}."),
    "answer_empty": N_("Write the answer."),
    "answer_too_long": N_("An answer can have at most {limit} characters."),
    "not_screenable": N_("Only a submitted application whose intake is being screened can get a verdict."),
    "verdict_reason_needed": N_("Say why the application is not eligible; the applicant reads it."),
    "organisation_not_registered": N_("No organisation with this number is registered."),
    "report_received_already": N_("This report is noted as received already."),
    "report_day_wrong": N_("The day of receipt cannot lie in the future."),
}
INPUT = frozenset(
    {
        "question_empty",
        "question_too_long",
        "question_deadline_past",
        "answer_empty",
        "answer_too_long",
        "verdict_reason_needed",
        "organisation_not_registered",
        "report_day_wrong",
    }
)
MAILS = {
    "screening_question": (
        N_("Request to complete your application {number}"),
        N_("About your application “{title}” the screening officer asks:\n\n{text}\n\nPlease answer by {answer_by}."),
    ),
    "screening_answered": (
        N_("Answered: application {number}"),
        N_("The question about the application {number} was answered. Open the link to read it."),
    ),
    "screening_ineligible": (
        N_("Application {number} is not eligible"),
        N_("Your application “{title}” does not go on to review.\n\nReason: {comment}"),
    ),
}
