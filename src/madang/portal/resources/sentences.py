"""What people read about pools, capacity and products."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "pool_code_taken": N_("There is already a pool with the code {taken}."),
    "product_code_taken": N_("There is already a product with the code {taken}."),
    "pool_sold_otherwise": N_("A pool is sold by the month, the hour or the day, and this one is sold otherwise."),
    "pool_of_facilities": N_(
        "Facilities are sold by the hour or by the day and run no jobs; everything else is not sold by the day."
    ),
    "hour_product_has_one_unit": N_("A product sold by the hour or day is one unit of its pool, not {units}."),
    "month_not_written": N_("{month} is not a month. Write it as year and month, for example 2026-05."),
    "funded_above_physical": N_(
        "In {month}, {funded} funded units cannot be more than the {physical} that stand there, nor below zero."
    ),
    "capacity_below_committed": N_(
        "{committed} units of {month} are already promised to awards, so the funded capacity cannot become {funded}."
    ),
    "capacity_exceeded": N_("{asked} units of {pool} are asked for in {month}, and {free} are still free."),
    "commitment_smaller": N_("{asked} units of {pool} in {month} cannot be taken back: {committed} are promised."),
    "units_not_above_zero": N_("The number of units must be above zero."),
}
INPUT = frozenset(
    {"month_not_written", "funded_above_physical", "hour_product_has_one_unit", "units_not_above_zero"}
    | {"pool_code_taken", "product_code_taken", "pool_sold_otherwise", "pool_of_facilities"}
)

# what a pool's capacity counts: units where it is sold by the month, unit-hours a month where it is sold by the hour
UNITS = {
    "gpu_month": N_("GPUs"),
    "core_month": N_("CPU cores"),
    "gpu_hour": N_("GPU-hours a month"),
    "core_hour": N_("core-hours a month"),
    "item_hour": N_("facility-hours"),
    "item_day": N_("facility-days"),
}
# what the same amounts count over several months together
TOTALS = {
    "gpu_month": N_("GPU-months"),
    "core_month": N_("core-months"),
    "gpu_hour": N_("GPU-hours"),
    "core_hour": N_("core-hours"),
}
UNIT_NAMES = {"gpu": N_("GPUs"), "core": N_("CPU cores"), "item": N_("Facilities")}
GRAINS = {"month": N_("by the month"), "hour": N_("by the hour"), "day": N_("by the day")}
