"""The words for eligibility rules: what a rule asks, and what was found; the facts fill the placeholders."""

from __future__ import annotations

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "not_eligible": N_("The organisation does not meet the eligibility rules: {why}"),
}

# What a rule asks of an applicant. The kinds that a call chooses from have a word in RULE_KINDS.
ASKED = {
    "organisation_kind": N_("Kinds of organisation that may apply: {kinds}."),
    "region": N_("The organisation must be located in: {regions}."),
    "outside_capital": N_("The organisation must be located outside the capital area."),
    "age_at_most": N_("Not more than {years} years may have passed since the organisation was founded."),
    "running_awards_at_most": N_("At most {awards} awards of the organisation may be running."),
    "no_overdue_report": N_("No report owed by the organisation may be overdue."),
    "one_per_organisation": N_("An organisation may hand in one application in this call."),
    "not_banned": N_("No participation ban may be in force against the organisation."),
}
PASSED = {
    "organisation_kind": N_("The organisation is of an admitted kind: {kind}."),
    "region": N_("The organisation is located in {region}."),
    "outside_capital": N_("The organisation is located outside the capital area, in {region}."),
    "age_at_most": N_("Founded on {founded_on}, it is within {years} years until {until}."),
    "running_awards_at_most": N_("Running awards: {running}. At most {awards} are allowed."),
    "no_overdue_report": N_("No report is overdue."),
    "one_per_organisation": N_("There is no other application of the organisation in this call."),
    "not_banned": N_("No participation ban is in force."),
}
FAILED = {
    "organisation_kind": N_("The organisation is of a kind that may not apply here: {kind}."),
    "region": N_("The organisation is located in {region}; the rule asks for {regions}."),
    "outside_capital": N_("The organisation is located in the capital area, in {region}."),
    "age_at_most": N_("Founded on {founded_on}, it was within {years} years only until {until}."),
    "running_awards_at_most": N_("Running awards: {running}. More than the {awards} allowed."),
    "no_overdue_report": N_("Reports that are overdue: {overdue}. Hand them in on the page of outcome reports."),
    "one_per_organisation": N_("The organisation has other applications in this call: {others}."),
    "not_banned": N_(
        "A participation ban ({number}) is in force up to and including {until}. Its page says why it was decided, "
        "until when an owner can appeal against it, and how."
    ),
}
REFERENCE_DATES = {
    "announcement": N_("the day of the announcement"),
    "deadline": N_("the day of the deadline"),
    "award": N_("the day of the award"),
}
KINDS = {
    "company": N_("company"),
    "university": N_("university"),
    "research_institute": N_("research institute"),
    "public_body": N_("public body"),
}
RULE_KINDS = {
    "organisation_kind": N_("Kind of organisation"),
    "region": N_("Region"),
    "outside_capital": N_("Outside the capital area"),
    "age_at_most": N_("Age of the organisation"),
    "running_awards_at_most": N_("Running awards"),
    "no_overdue_report": N_("Overdue reports"),
    "one_per_organisation": N_("One application per organisation"),
}
