"""The words of qualifications: refusals, where a grant stands, what the journal writes about."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "qualification_missing": N_(
        "{facility} is used only by people with “{qualification}”, and there is none on record. Ask the centre how to "
        "get it."
    ),
    "qualification_ends_before": N_(
        "{facility} is used only by people with “{qualification}”. The one on record is valid until before {until}, so "
        "it has to be renewed first."
    ),
    "qualification_code_malformed": N_("A code has 1 to 30 Latin letters, digits and hyphens."),
    "qualification_code_known": N_("Another qualification has this code already."),
    "qualification_name_needed": N_("Please give the name in Korean and in English, each of at most {most} letters."),
    "qualification_course_unknown": N_("There is no course with this code."),
    "qualifications_wrong": N_("Choose at most {most} qualifications that are there."),
    "qualification_person_unknown": N_("Nobody with an account has this e-mail address."),
    "grant_day_ahead": N_("The day on which it was given is not there yet."),
    "grant_days_wrong": N_("The end has to lie after the day on which it was given, by at most {most} years."),
    "grant_evidence_needed": N_("Please say what shows it, in at most {most} letters."),
    "grant_why_needed": N_("Please say why."),
}
INPUT = frozenset(
    {
        "qualification_code_malformed", "qualification_code_known", "qualification_name_needed",
        "qualification_course_unknown", "qualifications_wrong", "qualification_person_unknown", "grant_day_ahead",
        "grant_days_wrong", "grant_evidence_needed", "grant_why_needed",
    }
)  # fmt: skip
STANDINGS = {"valid": N_("Valid"), "ended": N_("No longer valid"), "revoked": N_("Revoked")}
SUBJECTS = {
    "qualification": N_("Qualification to use facilities"),
    "qualification_grant": N_("Qualification of a person"),
}
DEEDS = {
    "qualifications.add": N_("Qualification added"),
    "qualifications.require": N_("What a facility asks of its users set"),
    "qualifications.grant": N_("Qualification granted to a person"),
    "qualifications.revoke": N_("Qualification of a person revoked"),
}
