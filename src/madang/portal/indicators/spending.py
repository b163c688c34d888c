"""The entries of what the centre has to award, and of what computing costs it, in won and in energy."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.rules import Figure

_CAPACITY = N_("The capacity entered for each pool and month, and the plans that were adopted")
_UNITS = N_("GPUs, or core-hours in the month")
_EXPENSES = N_("The centre's costs and rent, agreed on by two people, and the ledger, rolled up by day")
_CLUSTER = N_("The cluster's records of jobs, where it measures energy, and the ledger")

SPENDING = {
    "standing_units": Figure(
        N_("Standing there"),
        N_("Units of the pool that are there in the month, with operating money or without."),
        _UNITS,
        _CAPACITY,
    ),
    "funded_units": Figure(
        N_("Funded"), N_("Of these, units with operating money: only they are awarded."), _UNITS, _CAPACITY
    ),
    "promised_units": Figure(
        N_("Promised"),
        N_("Of these, units that plans give to awards in the month, or hold for an answer."),
        _UNITS,
        _CAPACITY,
    ),
    "free_units": Figure(N_("Still free"), N_("Funded less promised."), _UNITS, _CAPACITY),
    "promised_share": Figure(
        N_("Share promised"),
        N_("Promised divided by funded."),
        N_("percent"),
        _CAPACITY,
        over=("promised_units", "funded_units"),
    ),
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
    "measured_joules": Figure(
        N_("Energy measured (kWh)"),
        N_(
            "What nodes consumed while jobs held them, as the cluster measured it; cooling is not in it. In the data "
            "it stands in joules, 3,600,000 to a kWh. It is that of the measured part of what was used, not of all. "
            "Withheld where too few organisations make it up, or one nearly all of it."
        ),
        N_("joules"),
        _CLUSTER,
        protected=True,
    ),
    "measured_seconds": Figure(
        N_("Used with energy measured"),
        N_("Of what was used, the time of jobs whose energy was measured; withheld with it."),
        N_("GPU-seconds or core-seconds"),
        _CLUSTER,
        protected=True,
    ),
    "measured_share": Figure(
        N_("Share measured"),
        N_("Time of jobs whose energy was measured, divided by all that was used."),
        N_("percent"),
        _CLUSTER,
        protected=True,
        over=("measured_seconds", "used_seconds"),
    ),
    "used_hour_won": Figure(
        N_("Cost per GPU-hour used"),
        N_("The same, divided by the GPU-hours used: what stood idle makes the hour dearer. None where none was used."),
        N_("won for one GPU-hour"),
        _EXPENSES,
    ),
}
