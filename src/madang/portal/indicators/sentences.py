"""The tables that public figures are published in, what is absent, and what is refused."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.rules import Table

REFUSALS = {
    "figure_unknown": N_("There is no public figure named {name}."),
    "figures_year_runs": N_("{year} is not over. The figures of a year are frozen once it is."),
    "figures_year_frozen": N_("The figures of {year} are frozen already."),
    "figures_year_empty": N_("No figure belongs to {year}, so there is nothing to freeze."),
    "figures_changed": N_("The figures of {year} have changed since they were drafted. Draft them again."),
}
INPUT = frozenset({"figure_unknown"})

TABLES = {
    "demand": Table(
        N_("Applications and awards"),
        N_(
            "By call, track, kind of organisation, size and sector of company, and region. Numbers in which too few "
            "organisations stand that were not selected are withheld, with others beside them, so that nobody can work "
            "them out."
        ),
        ("year", "call", "by", "category"),
        ("applications", "gpus_asked", "awards", "gpus_given"),
    ),
    "supported": Table(
        N_("Organisations and projects supported"),
        N_("By the year in which agreements came into force, and all years together."),
        ("year",),
        ("organisations", "projects"),
    ),
    "capacity": Table(
        N_("Capacity"),
        N_("By pool and month, months to come too, as the page on capacity shows it."),
        ("pool", "unit", "month"),
        ("standing_units", "funded_units", "promised_units", "free_units"),
    ),
    "use": Table(
        N_("Use of funded capacity"),
        N_("By pool and month."),
        ("pool", "unit", "month"),
        ("used_seconds", "funded_seconds"),
    ),
    "availability": Table(
        N_("Availability of the cluster"),
        N_("By type of GPU, or cores, and month; empty where jobs do not run on a Slurm cluster."),
        ("resource", "unit", "month"),
        ("installed_seconds", "available_seconds", "used_seconds"),
    ),
    "value": Table(N_("Value of support"), N_("By month."), ("month",), ("reference_won", "due_won", "subsidy_won")),
    "cost": Table(
        N_("Cost per GPU-hour"),
        N_("By month that is over, once all its statements are issued; months in which no GPU was used are left out."),
        ("month",),
        ("cost_won", "paid_won"),
    ),
    "expenditure": Table(
        N_("What a GPU-hour costs the centre"),
        N_(
            "By year that is over and pool, and all pools of GPUs together, once two people agreed on the costs of "
            "every month of it and on the rent."
        ),
        ("year", "pool"),
        ("spent_won", "funded_seconds", "used_seconds", "provided_hour_won", "used_hour_won"),
    ),
    "energy": Table(
        N_("Energy measured"),
        N_(
            "By pool and month, worked out once, when the month's books are closed; months without a measurement are "
            "not."
        ),
        ("pool", "unit", "month"),
        ("measured_joules", "measured_seconds", "used_seconds"),
    ),
    "waits": Table(N_("Waiting times"), N_("By month."), ("month",), ("started", "within_hour", "within_eight")),
    "concentration": Table(
        N_("Concentration"),
        N_("By the year in which agreements came into force."),
        ("year",),
        ("holders", "granted_seconds", "top_seconds", "gini_milli"),
    ),
    "ended": Table(N_("Awards that came back"), N_("By year."), ("year",), ("declined", "lapsed", "ended_early")),
    "take_backs": Table(
        N_("Idle hours taken back"),
        N_("By year, once it is over. Taking back is not recovery: nobody owes money for it."),
        ("year", "unit"),
        ("notices", "dropped", "taken_back", "taken_seconds"),
    ),
    "sanctions": Table(
        N_("Recoveries, surcharges and bans"),
        N_("By year, worked out once, when it is over. None of them is a take-back of hours."),
        ("year",),
        ("recoveries", "surcharges", "bans"),
    ),
    "conflicts": Table(
        N_("Conflicts of interest"),
        N_("By call and the year of its decisions."),
        ("year", "call"),
        ("sheets", "recused"),
    ),
    "companies": Table(
        N_("Memoranda and offices"),
        N_("By year. The two are never added up, and companies that became one count once."),
        ("year",),
        ("memoranda", "offices", "offices_now"),
    ),
    "training": Table(
        N_("Places and graduates"),
        N_(
            "By the year of the last day of cohorts that have ended. A number of people stays as it was told until so "
            "many are added that nobody shows as a difference between two days."
        ),
        ("year",),
        ("places", "applicants", "graduates", "graduates_hired"),
    ),
    "coursework": Table(
        N_("Coursework completed"),
        N_("By the year of the last day of cohorts, worked out once, when it is over."),
        ("year",),
        ("coursework_asked", "coursework_completed"),
    ),
    "aid": Table(
        N_("Living aid and wage aid"),
        N_("By fiscal year, worked out once, when it is settled."),
        ("year",),
        ("learners_aided", "living_aid_won", "companies_aided", "graduates_aided", "wage_aid_won"),
    ),
    "camp": Table(
        N_("Start-up camp"),
        N_("By month that is over, on its last day. What was worked out of a month stays."),
        ("month",),
        ("camp_tenants", "camp_let", "camp_spaces", "camp_residents"),
    ),
    "facilities": Table(
        N_("Use of equipment, simulators, rooms and seats"),
        N_("By year and class, against 2,000 standard hours a year. A year that is over stays as it was worked out."),
        ("year", "class"),
        ("facilities", "facility_minutes", "standard_minutes"),
    ),
    "outcomes": Table(
        N_("What came of awards"),
        N_("By year, worked out once, in July of the next year. A company's office may be one of the pipeline too."),
        ("year",),
        (
            "reports_accepted",
            "hires",
            "revenue_won",
            "investment_won",
            "patents_filed",
            "patents_granted",
            "papers_domestic",
            "papers_sci",
            "papers_international",
            "models_published",
            "offices_reported",
        ),
    ),
    "reported": Table(
        N_("As others reported"),
        N_("Figures on a call that others published, with their source, beside those worked out here."),
        ("call", "measure", "kind", "source", "reported_on"),
        ("number",),
    ),
}

# the list of awards, which is read when it is asked for, and stands in every release of a year without its titles
AWARDS = Table(
    N_("List of awards"),
    N_(
        "Every published award with what it gives, by the year in which the decisions of its intake were published. A "
        "title stands there where the applicant agreed to its publication and until they withdraw that; it is in no "
        "frozen year."
    ),
    ("award", "product_code", "units", "first_month", "months"),
    ("quantity", "award_won"),
)

# why a table that the centre is asked for has no row yet
ABSENT = {
    "availability": N_("The centre has read no Slurm cluster's nodes for a whole month."),
    "cost": N_("There is no month that is over, with all its statements issued, in which jobs used GPUs."),
    "expenditure": N_("The centre's costs, rent included, are not agreed on for every month of a year that is over."),
    "energy": N_("Of no job in a closed month did the cluster measure what it consumed."),
    "waits": N_("No month is over in which jobs started."),
    "take_backs": N_("No year is over in which idle hours were taken back."),
    "sanctions": N_("No year is over in which money was recovered, a surcharge imposed or somebody banned."),
    "training": N_("No cohort has ended."),
    "coursework": N_("No year is over in which a cohort with required coursework ended."),
    "aid": N_("No fiscal year in which aid was paid is settled."),
    "camp": N_("No month is over in which the camp had tenants."),
    "facilities": N_("No month is over in which a facility was used."),
    "outcomes": N_("Of no year that is published was a report accepted. A year is published in July of the next."),
}

# the columns that name a row of a table, and of the list of awards
COLUMNS = {
    "year": N_("Calendar year at the centre; 0 for all years together"),
    "month": N_("Calendar month at the centre"),
    "call": N_("Code of the call"),
    "by": N_("What the row divides by: nothing, track, kind, size, sector, region (as named then) or region_today"),
    "category": N_("Code of the part; empty where the row is not divided, or stands for a division that is withheld"),
    "complete": N_("1 where the numbers hold everything, 0 where parts of them are withheld"),
    "pool": N_("Code of the pool; empty for all pools of GPUs"),
    "unit": N_("What the pool counts: gpu or core"),
    "class": N_("Class of facilities: equipment, simulator, room or seat"),
    "resource": N_("Type of GPU as pools name it, or core"),
    "measure": N_("Which figure was reported"),
    "kind": N_("Kind of organisation; empty for all"),
    "source": N_("Where it was published"),
    "reported_on": N_("On which day"),
    "award": N_("Number of the award"),
    "track": N_("Code of the track"),
    "organisation": N_("Name of the organisation"),
    "product_code": N_("Code of the product"),
    "units": N_("Units of the pool in each"),
    "first_month": N_("First month of the award"),
    "months": N_("For how many months"),
    "title": N_("Title of the project; empty where the applicant did not agree to its publication"),
}
