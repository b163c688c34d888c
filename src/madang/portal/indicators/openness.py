"""Why each open figure is published without withholding small numbers; what has no reason here is protected."""

from django.utils.translation import gettext_noop as N_

_REASONS = {
    N_("Who is given an award, and how much, stands in the list of awards, so that the sum tells nobody more."): (
        "awards", "gpus_given", "quantity", "award_won", "organisations", "projects", "holders", "granted_seconds",
        "top_seconds", "top_share", "gini_milli", "promised_units", "free_units", "promised_share",
    ),
    N_("It is about the centre's own machines, rooms and money, and about no applicant."): (
        "standing_units", "funded_units", "funded_seconds", "installed_seconds", "available_seconds", "availability",
        "spent_won", "provided_hour_won", "places", "facilities", "standard_minutes", "camp_spaces",
    ),
    N_(
        "Use of what the public paid for is accounted for, also where few share it: it tells for how long it was used "
        "and not for what."
    ): (
        "used_seconds", "utilisation", "use_of_installed", "use_of_available", "used_hour_won", "facility_minutes",
        "facility_use",
    ),
    N_("Support is public money: what it comes to each month is accounted for, however few got it."): (
        "reference_won", "due_won", "subsidy_won",
    ),
    N_("The count shows how well the centre chooses and follows awards; it tells neither ground nor amount."): (
        "declined", "lapsed", "ended_early",
    ),
    N_("It is counted once the year is over, and tells neither whom nor how much."): (
        "notices", "dropped", "taken_back",
    ),
    N_("Who reviewed whom is never published, so that a count of sheets names nobody."): ("sheets", "recused"),
    N_("Signing a memorandum and opening an office are acts before the public."): (
        "memoranda", "offices", "offices_now",
    ),
    N_("Who has a room stands on its door; the count tells nothing of what is done there."): (
        "camp_tenants", "camp_let",
    ),
    N_("Each award owes its reports: the count tells how many were accepted and nothing of what they say."): (
        "reports_accepted",
    ),
    N_("Somebody else published it."): ("number",),
}  # fmt: skip

OPEN = {code: reason for reason, codes in _REASONS.items() for code in codes}
