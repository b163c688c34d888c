"""The entries of what computing costs the centre itself."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.rules import Figure

_EXPENSES = N_("The centre's costs and rent, agreed on by two people, and the ledger, rolled up by day")

SPENDING = {
    "spent_won": Figure(
        N_("Spent by the centre"),
        N_(
            "Electricity, staff, depreciation, premises, maintenance and other costs of pools of GPUs as its accounts "
            "have them, and rent to suppliers without VAT. What is spent on all pools is divided by their funded "
            "capacity."
        ),
        N_("won"),
        _EXPENSES,
    ),
    "provided_hour_won": Figure(
        N_("Cost per GPU-hour provided"),
        N_(
            "What the centre spent on GPUs in the year, divided by their funded GPU-hours, half a won rounded up. It "
            "is not what is charged."
        ),
        N_("won for one GPU-hour"),
        _EXPENSES,
    ),
    "used_hour_won": Figure(
        N_("Cost per GPU-hour used"),
        N_("The same, divided by the GPU-hours used: what stood idle makes the hour dearer. None where none was used."),
        N_("won for one GPU-hour"),
        _EXPENSES,
    ),
}
