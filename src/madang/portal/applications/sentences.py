"""The words of applications: refusals, what is missing, mails, and how papers stand."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "intake_not_open": N_("Applications are accepted from {opens_at}."),
    "intake_closed": N_(
        "The deadline was {closes_at}; your request arrived after it. Nothing was submitted; the attempt is on record."
    ),
    "already_begun": N_("Your organisation has an application in this track already; this track allows one."),
    "other_call": N_("This track belongs to another call."),
    "application_not_editable": N_(
        "This application is submitted. Reopen it to change it; until you submit again, what you submitted counts."
    ),
    "application_not_reopenable": N_("Only a submitted application can be reopened."),
    "application_not_withdrawable": N_("This application can no longer be withdrawn."),
    "application_incomplete": N_("The application is not complete yet: {count} points are open. See its check list."),
    "title_missing": N_("The title of the project is missing."),
    "title_too_long": N_("The title can have at most 160 characters."),
    "text_too_long": N_("A text is far too long to be kept: at most {limit} characters."),
    "section_missing": N_("“{section}” is empty."),
    "section_too_long": N_("“{section}” has {characters} characters; {limit} are allowed."),
    "product_not_offered": N_("This track does not offer the resource type “{product}”."),
    "ask_missing": N_("Nothing is asked for yet."),
    "ask_twice": N_("“{product}” is asked for twice."),
    "ask_out_of_range": N_("“{product}”: from {minimum} to {maximum} can be asked for."),
    "ask_least_out_of_range": N_("“{product}”: the least that is still useful lies between 1 and {quantity}."),
    "ask_outside_months": N_("“{product}”: the months must lie between {first} and {last}."),
    "ask_too_short": N_("“{product}”: at least {months} months are to be asked for."),
    "month_wrong": N_("“{given}” is not a month written like 2026-05."),
    "paper_missing": N_("The paper “{paper}” is missing."),
    "paper_stale": N_("The paper “{paper}” is too old or no longer valid on the day of the deadline."),
    "paper_undated": N_("The paper “{paper}” needs its day of issue."),
    "paper_from_future": N_("The day of issue cannot lie in the future."),
    "paper_unknown": N_("This track does not ask for that paper."),
    "consent_missing": N_("The text “{consent}” is not accepted yet."),
    "consent_unticked": N_("Tick the box of the text that you accept."),
    "consent_unknown": N_("This track does not ask for that consent."),
    "consent_required": N_("This consent is required while the application is submitted; withdraw the application."),
}
INPUT = frozenset(
    {
        "title_too_long",
        "text_too_long",
        "product_not_offered",
        "ask_twice",
        "ask_out_of_range",
        "ask_least_out_of_range",
        "ask_outside_months",
        "ask_too_short",
        "month_wrong",
        "paper_from_future",
        "paper_unknown",
        "consent_unknown",
        "consent_unticked",
        "other_call",
    }
)
MAILS = {
    "application_submitted": (
        N_("Receipt {number}"),
        N_(
            "Your application “{title}” in the call “{call}” was received.\n\nReceipt number: {number}\n"
            "Received at: {submitted_at}\nVersion: {version}\nSHA-256 of the content: {sha256}\nFiles:\n{files}"
        ),
    ),
    "application_withdrawn": (
        N_("Application {number} withdrawn"),
        N_("The application “{title}” in the call “{call}” was withdrawn at {withdrawn_at}."),
    ),
}
PAPERS = {
    "given": N_("Handed in"),
    "lapsing": N_("Handed in, about to lapse"),
    "stale": N_("Too old or no longer valid"),
    "undated": N_("Day of issue missing"),
    "missing": N_("Missing"),
}
PAPER_TONES = {
    "given": "success",
    "lapsing": "warning",
    "stale": "danger",
    "undated": "danger",
    "missing": "danger",
}
