"""The registry of public figures: what each is called, says, counts in, comes from, and whether it is protected."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.around import AROUND
from madang.portal.indicators.rules import Figure
from madang.portal.indicators.spending import SPENDING

_APPLICATIONS = N_("Submitted applications of intakes whose decisions are published, as released with them")
_DECISIONS = N_("Published decisions and the awards they made")
_AGREEMENTS = N_("Awards in force")
_LEDGER = N_("The ledger, rolled up by day, and the capacity entered for each pool and month")
_STATEMENTS = N_("Monthly statements")
_CHARGES = N_("Monthly statements that are issued, and the ledger, rolled up by day")
_SANCTIONS = N_("Recoveries, surcharges and bans that were decided")
_JOBS = N_("Jobs of the portal, of the last twelve months that are over")
_SHEETS = N_("Review sheets of intakes whose decisions are published")
_TAKE_BACKS = N_("Take-backs of idle hours, of years that are over")
_CLUSTER = N_("The cluster's own records of its nodes, and the ledger")
_OTHERS = N_("Entered by the centre with its source")

_DECIDED = N_(
    "Decided in the year, under appeal or not; what was annulled by its end does not count. Where too few "
    "organisations stand behind one of a year's numbers, all of them are withheld."
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
    "quantity": Figure(
        N_("Quantity given"), N_("How many of a product an award gives, supplements included."), N_("units"), _DECISIONS
    ),
    "award_won": Figure(
        N_("Value of an award"),
        N_(
            "What the award gives, all its months, at the market reference price of the prices approved by now; empty "
            "where a day has no price."
        ),
        N_("won"),
        _DECISIONS,
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
    "installed_seconds": Figure(
        N_("Installed"),
        N_("What the cluster counted as its own in the month, whether it worked or not, since the centre reads it."),
        N_("GPU-seconds or core-seconds"),
        _CLUSTER,
    ),
    "available_seconds": Figure(
        N_("Available time"),
        N_("Of what is installed, what was neither down nor taken out of service."),
        N_("GPU-seconds or core-seconds"),
        _CLUSTER,
    ),
    "availability": Figure(
        N_("Availability"),
        N_("Available time divided by installed."),
        N_("percent"),
        _CLUSTER,
        over=("available_seconds", "installed_seconds"),
    ),
    "use_of_installed": Figure(
        N_("Utilisation of what is installed"),
        N_("Used by awards divided by installed: time in which machines were out of service counts as idle."),
        N_("percent"),
        _CLUSTER,
        over=("used_seconds", "installed_seconds"),
    ),
    "use_of_available": Figure(
        N_("Utilisation of what was available"),
        N_(
            "Used by awards divided by available time. Above 100 percent where last jobs ran on while their node was "
            "being taken out of service."
        ),
        N_("percent"),
        _CLUSTER,
        over=("used_seconds", "available_seconds"),
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
    "cost_won": Figure(
        N_("Cost per GPU-hour"),
        N_(
            "What GPUs that were held or used in the month came to at the market reference price, divided by the "
            "GPU-hours used in it, half a won rounded up. GPUs that were held and stood idle make the hour dearer. It "
            "is what was charged to public support and users together when its statements were issued, not what the "
            "machines cost the centre. Withheld where too few organisations make it up, or one nearly all of it."
        ),
        N_("won for one GPU-hour"),
        _CHARGES,
        protected=True,
    ),
    "paid_won": Figure(
        N_("Of this, owed by users"),
        N_(
            "What the same statements ask of the users for GPUs, before tax, divided by the same hours in the same way."
        ),
        N_("won for one GPU-hour"),
        _CHARGES,
        protected=True,
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
    "notices": Figure(
        N_("Notices of idle hours"),
        N_("Take-backs that were begun, by the year of the notice."),
        N_("notices"),
        _TAKE_BACKS,
    ),
    "dropped": Figure(
        N_("Dropped after an answer"),
        N_("Take-backs that ended without anything taken, by the year of the decision."),
        N_("notices"),
        _TAKE_BACKS,
    ),
    "taken_back": Figure(
        N_("Take-backs carried out"),
        N_("Take-backs that two people carried out, by the year of the decision."),
        N_("notices"),
        _TAKE_BACKS,
    ),
    "taken_seconds": Figure(
        N_("Time taken back"),
        N_(
            "What went back to the pool by them. A sum that too few organisations make up, or of which one makes up "
            "nearly all, is withheld."
        ),
        N_("GPU-seconds or core-seconds"),
        _TAKE_BACKS,
        protected=True,
    ),
    "recoveries": Figure(N_("Recoveries of money"), _DECIDED, N_("cases"), _SANCTIONS, protected=True),
    "surcharges": Figure(N_("Surcharges"), _DECIDED, N_("cases"), _SANCTIONS, protected=True),
    "bans": Figure(
        N_("Participation bans in force"),
        N_("Bans of which at least one day lies in the year, decided in it or before; withheld as the other two are."),
        N_("cases"),
        _SANCTIONS,
        protected=True,
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
    **SPENDING,
    **AROUND,
    "number": Figure(
        N_("As others reported"),
        N_("What somebody else published on a call, with its source."),
        N_("as named"),
        _OTHERS,
    ),
}
