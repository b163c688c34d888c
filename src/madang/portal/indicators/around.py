"""The entries of what lies around computing: companies, learners, the camp, facilities, reported outcomes."""

from django.utils.translation import gettext_noop as N_

from madang.portal.indicators.rules import Figure

_COMPANIES = N_("The pipeline of companies, each stage with its evidence")
_COURSES = N_("Cohorts that have ended, with their learners")
_AID = N_("Lists of aid that two people fixed, of fiscal years that are settled")
_CAMP = N_("Tenancies of the camp, day by day")
_BOOKINGS = N_("Bookings of facilities that were checked in")
_OUTCOMES = N_("Outcome reports that the centre accepted, with evidence")

_REPORTED = N_(
    "As award holders reported it with evidence and the centre accepted it. A number that too few organisations make "
    "up, or of which one makes up nearly all, is withheld."
)

AROUND = {
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
    "places": Figure(
        N_("Number of places"),
        N_("Places of cohorts that have ended, by the year of their last day."),
        N_("places"),
        _COURSES,
    ),
    "applicants": Figure(
        N_("Applicants for a place"),
        N_("Everybody who applied to these cohorts, those who took it back too. A small number is withheld."),
        N_("people"),
        _COURSES,
        protected=True,
    ),
    "graduates": Figure(
        N_("Graduates"),
        N_("Of these, who completed the course with a certificate."),
        N_("people"),
        _COURSES,
        protected=True,
    ),
    "graduates_hired": Figure(
        N_("Graduates hired"),
        N_("Of these, who was hired, shown by evidence that the centre accepted. Who was hired twice counts once."),
        N_("people"),
        _COURSES,
        protected=True,
    ),
    "hired_share": Figure(
        N_("Share of graduates hired"),
        N_("Graduates hired divided by graduates."),
        N_("percent"),
        _COURSES,
        protected=True,
        over=("graduates_hired", "graduates"),
    ),
    "coursework_asked": Figure(
        N_("Pieces of coursework required"),
        N_("Required coursework of cohorts that have ended, once for each learner who stayed to the end."),
        N_("pieces"),
        _COURSES,
        protected=True,
    ),
    "coursework_completed": Figure(
        N_("Pieces completed"),
        N_("Of these, what learners completed, as who taught them noted. Withheld where nearly all or none were."),
        N_("pieces"),
        _COURSES,
        protected=True,
    ),
    "coursework_share": Figure(
        N_("Share of coursework completed"),
        N_("Pieces completed divided by pieces required."),
        N_("percent"),
        _COURSES,
        protected=True,
        over=("coursework_completed", "coursework_asked"),
    ),
    "learners_aided": Figure(
        N_("Learners with living aid"),
        N_("Learners who got living aid of the year."),
        N_("people"),
        _AID,
        protected=True,
    ),
    "living_aid_won": Figure(
        N_("Living aid paid"), N_("Paid to them, adjustments taken off."), N_("won"), _AID, protected=True
    ),
    "companies_aided": Figure(
        N_("Companies with wage aid"), N_("Companies that got wage aid of the year."), N_("firms"), _AID, protected=True
    ),
    "graduates_aided": Figure(
        N_("Graduates for whom wage aid was paid"),
        N_("Graduates for whose months these companies got it."),
        N_("people"),
        _AID,
        protected=True,
    ),
    "wage_aid_won": Figure(
        N_("Wage aid paid"),
        N_("Paid to these companies. Withheld where too few stand behind it, or one has nearly all of it."),
        N_("won"),
        _AID,
        protected=True,
    ),
    "camp_tenants": Figure(
        N_("Tenants of the camp"),
        N_("Organisations with a room or a seat in the start-up camp on the month's last day."),
        N_("organisations"),
        _CAMP,
    ),
    "camp_let": Figure(
        N_("Rooms and seats let"),
        N_("Rooms and seats of the camp that a tenant had on the month's last day; what is shared is not counted."),
        N_("spaces"),
        _CAMP,
    ),
    "camp_spaces": Figure(
        N_("Rooms and seats in all"),
        N_("Rooms and seats that could be let when the month was worked out, let ones included."),
        N_("spaces"),
        _CAMP,
    ),
    "camp_residents": Figure(
        N_("Residents of the camp"),
        N_("People of the tenants who could come in on the month's last day; withheld where tenants are too few."),
        N_("people"),
        _CAMP,
        protected=True,
    ),
    "facilities": Figure(
        N_("Facilities counted"),
        N_("Those of the class that were in the catalogue and not retired, or were used in the year."),
        N_("facilities"),
        _BOOKINGS,
    ),
    "facility_minutes": Figure(
        N_("Hours in use"),
        N_("Bookings that were checked in and began in the year; a day counts as eight hours."),
        N_("minutes"),
        _BOOKINGS,
    ),
    "standard_minutes": Figure(
        N_("Standard hours"),
        N_("2,000 hours a year for each facility, as the ministry defines it; this year those of the months over."),
        N_("minutes"),
        _BOOKINGS,
    ),
    "facility_use": Figure(
        N_("Rate of utilisation"),
        N_("Hours in use divided by standard hours."),
        N_("percent"),
        _BOOKINGS,
        over=("facility_minutes", "standard_minutes"),
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
}
