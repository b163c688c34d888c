"""What people read about who funds what."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "funding_not_whole": N_("The shares come to {total} %, not to 100 %. Each must be above nought."),
    "funding_source_unknown": N_("There is no funding source with the code {source}."),
    "funding_month_issued": N_(
        "Statements up to {issued} are issued, with their support divided. A change can begin with a later month."
    ),
    "year_settled": N_("{year} is settled. What comes later belongs to a year that is still open."),
}
INPUT = frozenset({"funding_not_whole", "funding_source_unknown", "funding_month_issued"})
KINDS = {
    "national": N_("State budget"),
    "local": N_("Local budget"),
    "own": N_("Own funds"),
    "other": N_("Other money"),
}
