"""The registry of public figures and of the tables they are published in, what is absent, and what is refused."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.rules import Figure, Table

REFUSALS = {
    "figure_unknown": N_("There is no public figure named {name}."),
    "figures_year_runs": N_("{year} is not over. The figures of a year are frozen once it is."),
    "figures_year_frozen": N_("The figures of {year} are frozen already."),
    "figures_year_empty": N_("No figure belongs to {year}, so there is nothing to freeze."),
    "figures_changed": N_("The figures of {year} have changed since they were drafted. Draft them again."),
}
INPUT = frozenset({"figure_unknown"})

_APPLICATIONS = N_("Submitted applications of intakes whose decisions are published, as released with them")
_DECISIONS = N_("Published decisions and the awards they made")
_AGREEMENTS = N_("Awards in force")
_LEDGER = N_("The ledger, rolled up by day, and the capacity entered for each pool and month")
_STATEMENTS = N_("Monthly statements")
_JOBS = N_("Jobs of the portal, of the last twelve months that are over")
_SHEETS = N_("Review sheets of intakes whose decisions are published")
_COMPANIES = N_("The pipeline of companies, each stage with its evidence")
_OUTCOMES = N_("Outcome reports that the centre accepted, with evidence")
_OTHERS = N_("Entered by the centre with its source")

_REPORTED = N_(
    "As award holders reported it with evidence and the centre accepted it. A number that too few organisations make "
    "up, or of which one makes up nearly all, is withheld."
)

FIGURES = {
    "applications": Figure(
        N_("Applications"),
        N_(
            "Those submitted and not withdrawn, of intakes whose decisions are published. Counted once, on the day the "
            "decisions are published, so that no application shows as a difference between two days."
        ),
        N_("applications"),
        _APPLICATIONS,
        protected=True,
    ),
    "gpus_asked": Figure(
        N_("GPUs asked for"),
        N_("Of the same applications, the quantity asked for times the GPUs in each."),
        N_("GPUs"),
        _APPLICATIONS,
        protected=True,
    ),
    "awards": Figure(
        N_("Awards"),
        N_("Published decisions that gave something. Who holds one is public by the rules of the calls."),
        N_("awards"),
        _DECISIONS,
    ),
    "gpus_given": Figure(
        N_("GPUs given"), N_("Of the awards, the quantity given times the GPUs in each."), N_("GPUs"), _DECISIONS
    ),
    "competition": Figure(
        N_("Applications to one award"),
        N_("Applications divided by awards."),
        N_("to 1"),
        _DECISIONS,
        protected=True,
        over=("applications", "awards"),
    ),
    "gpu_competition": Figure(
        N_("GPUs asked for to one given"),
        N_("GPUs asked for divided by GPUs given."),
        N_("to 1"),
        _DECISIONS,
        protected=True,
        over=("gpus_asked", "gpus_given"),
    ),
    "organisations": Figure(
        N_("Organisations supported"),
        N_("Organisations with an award whose agreement came into force in the year; in all, each counted once."),
        N_("organisations"),
        _AGREEMENTS,
    ),
    "projects": Figure(
        N_("Projects supported"),
        N_("Awards whose agreement came into force in the year."),
        N_("projects"),
        _AGREEMENTS,
    ),
    "used_seconds": Figure(
        N_("Used"),
        N_("Time metered by the machines and posted to the ledger, by the day it was used."),
        N_("GPU-seconds or core-seconds"),
        _LEDGER,
    ),
    "funded_seconds": Figure(
        N_("Funded"),
        N_("Units with operating money times the hours of the month, up to the moment shown."),
        N_("GPU-seconds or core-seconds"),
        _LEDGER,
    ),
    "utilisation": Figure(
        N_("Utilisation"),
        N_("Used divided by funded: capacity without operating money does not count as idle."),
        N_("percent"),
        _LEDGER,
        over=("used_seconds", "funded_seconds"),
    ),
    "reference_won": Figure(
        N_("At the market reference price"),
        N_("What was held or used in the month at the market reference price, statements still in draft included."),
        N_("won"),
        _STATEMENTS,
    ),
    "due_won": Figure(
        N_("Users owe"), N_("What the same statements ask of the users, before tax."), N_("won"), _STATEMENTS
    ),
    "subsidy_won": Figure(
        N_("Value of support"),
        N_("The market reference price of what was held or used, less what the users owe for it."),
        N_("won"),
        _STATEMENTS,
    ),
    "started": Figure(
        N_("Jobs started"),
        N_("Jobs by the month they started in. A month in which too few organisations did shows none of its numbers."),
        N_("jobs"),
        _JOBS,
        protected=True,
    ),
    "within_hour": Figure(
        N_("Within an hour"), N_("Of these, jobs that waited at most an hour."), N_("jobs"), _JOBS, protected=True
    ),
    "within_eight": Figure(
        N_("Within eight hours"),
        N_("Of these, jobs that waited at most eight hours."),
        N_("jobs"),
        _JOBS,
        protected=True,
    ),
    "holders": Figure(
        N_("Organisations with GPU time"),
        N_("Organisations that were granted GPU time by an award that came into force in the year."),
        N_("organisations"),
        _AGREEMENTS,
    ),
    "granted_seconds": Figure(
        N_("GPU time granted"), N_("All GPU time of these awards, used or not."), N_("GPU-seconds"), _AGREEMENTS
    ),
    "top_seconds": Figure(
        N_("Granted to the ten largest"),
        N_("GPU time granted to the ten organisations that were granted most."),
        N_("GPU-seconds"),
        _AGREEMENTS,
    ),
    "top_share": Figure(
        N_("Share of the ten largest"),
        N_("GPU time granted to the ten largest divided by all that was granted."),
        N_("percent"),
        _AGREEMENTS,
        over=("top_seconds", "granted_seconds"),
    ),
    "gini_milli": Figure(
        N_("Gini coefficient"),
        N_("How unequally the GPU time is spread over them: 0 where all have the same, near 1 where one has all."),
        N_("thousandths"),
        _AGREEMENTS,
    ),
    "declined": Figure(
        N_("Declined"),
        N_("Awards that their applicants declined, by the year of the answer."),
        N_("awards"),
        _DECISIONS,
    ),
    "lapsed": Figure(
        N_("Lapsed"),
        N_("Awards that were not answered in time, by the year of the deadline."),
        N_("awards"),
        _DECISIONS,
    ),
    "ended_early": Figure(
        N_("Ended early"),
        N_("Awards that ended before their last day, taken back or given back, by the year of their end."),
        N_("awards"),
        _AGREEMENTS,
    ),
    "sheets": Figure(
        N_("Review sheets"), N_("Sheets handed to reviewers, by the year of the decision."), N_("sheets"), _SHEETS
    ),
    "recused": Figure(
        N_("Conflicts handled"),
        N_("Of these, sheets that went back because the reviewer had an interest in the applicant."),
        N_("sheets"),
        _SHEETS,
    ),
    "memoranda": Figure(
        N_("Companies with a memorandum"),
        N_("Companies by the year in which they signed a memorandum, which is an intention."),
        N_("firms"),
        _COMPANIES,
    ),
    "offices": Figure(
        N_("Companies that opened an office"),
        N_(
            "Companies by the year in which they opened an office, shown by its business registration number, its "
            "address and the people there on a day."
        ),
        N_("firms"),
        _COMPANIES,
    ),
    "offices_now": Figure(
        N_("Of these not departed"), N_("Of these, companies that have not left since."), N_("firms"), _COMPANIES
    ),
    "reports_accepted": Figure(
        N_("Reports accepted"),
        N_("Outcome reports of awards that were accepted by July of the next year, by the year of their last day."),
        N_("reports"),
        _OUTCOMES,
    ),
    "hires": Figure(N_("People hired"), _REPORTED, N_("people"), _OUTCOMES, protected=True),
    "revenue_won": Figure(N_("Revenue"), _REPORTED, N_("won"), _OUTCOMES, protected=True),
    "investment_won": Figure(N_("Investment won"), _REPORTED, N_("won"), _OUTCOMES, protected=True),
    "patents_filed": Figure(N_("Patents filed"), _REPORTED, N_("patents"), _OUTCOMES, protected=True),
    "patents_granted": Figure(N_("Patents granted"), _REPORTED, N_("patents"), _OUTCOMES, protected=True),
    "papers_domestic": Figure(N_("Papers in domestic journals"), _REPORTED, N_("papers"), _OUTCOMES, protected=True),
    "papers_sci": Figure(N_("Papers in journals of the SCI"), _REPORTED, N_("papers"), _OUTCOMES, protected=True),
    "papers_international": Figure(
        N_("Other international papers"), _REPORTED, N_("papers"), _OUTCOMES, protected=True
    ),
    "models_published": Figure(
        N_("Models published or put to use"), _REPORTED, N_("models"), _OUTCOMES, protected=True
    ),
    "offices_reported": Figure(N_("Offices opened, as reported"), _REPORTED, N_("offices"), _OUTCOMES, protected=True),
    "number": Figure(
        N_("As others reported"),
        N_("What somebody else published on a call, with its source."),
        N_("as named"),
        _OTHERS,
    ),
}

TABLES = {
    "demand": Table(
        N_("Applications and awards"),
        N_(
            "By call, track, kind of organisation, size of company and region. Numbers in which too few organisations "
            "stand that were not selected are withheld, with others beside them, so that nobody can work them out."
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
    "use": Table(
        N_("Use of funded capacity"),
        N_("By pool and month."),
        ("pool", "unit", "month"),
        ("used_seconds", "funded_seconds"),
    ),
    "value": Table(N_("Value of support"), N_("By month."), ("month",), ("reference_won", "due_won", "subsidy_won")),
    "waits": Table(N_("Waiting times"), N_("By month."), ("month",), ("started", "within_hour", "within_eight")),
    "concentration": Table(
        N_("Concentration"),
        N_("By the year in which agreements came into force."),
        ("year",),
        ("holders", "granted_seconds", "top_seconds", "gini_milli"),
    ),
    "ended": Table(N_("Awards that came back"), N_("By year."), ("year",), ("declined", "lapsed", "ended_early")),
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

# what the centre is asked for and does not publish, because nothing here measures it: (title, why)
ABSENT = {
    "cost": (
        N_("Cost per GPU-hour"),
        N_("What the machines, their power and their rent cost is not recorded here, so it is not published."),
    ),
    "energy": (N_("Energy"), N_("No meter of power is read here, so no energy is published.")),
    "graduates": (N_("Graduates and graduates hired"), N_("Training courses are not recorded here yet.")),
}

# the columns that name a row of a table, and of the list of awards
COLUMNS = {
    "year": N_("Calendar year at the centre; 0 for all years together"),
    "month": N_("Calendar month at the centre"),
    "call": N_("Code of the call"),
    "by": N_("What the row divides by: nothing, track, kind, size, region (as named then) or region_today"),
    "category": N_("Code of the part; empty where the row is not divided, or stands for a division that is withheld"),
    "complete": N_("1 where the numbers hold everything, 0 where parts of them are withheld"),
    "pool": N_("Code of the pool"),
    "unit": N_("What the pool counts: gpu or core"),
    "measure": N_("Which figure was reported"),
    "kind": N_("Kind of organisation; empty for all"),
    "source": N_("Where it was published"),
    "reported_on": N_("On which day"),
    "award": N_("Number of the award"),
    "track": N_("Code of the track"),
    "organisation": N_("Name of the organisation"),
    "product_code": N_("Code of the product"),
    "quantity": N_("How many of it"),
    "units": N_("Units of the pool in each"),
    "first_month": N_("First month of the award"),
    "months": N_("For how many months"),
}
