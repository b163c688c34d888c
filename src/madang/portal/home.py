"""The first page for the public, for a person and for staff: what there is, and what waits for whom."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madang import __version__
from madang.errors import Refused
from madang.portal import api, refusals
from madang.portal.actors import READING_ROLES, Actor, Role
from madang.portal.faces import signed_in, with_role
from madang.portal.rounds import showing as rounds

_STAFF = READING_ROLES
_RECORDS = frozenset({Role.OPERATOR, Role.AUDITOR})
# The pages of the body by kind of work: words, name of the page, and the roles that it opens to.
_PLACES: list[tuple[Any, list[tuple[Any, str, frozenset[Role]]]]] = [
    (
        _("Calls and decisions"),
        [
            (_("Calls and drafts"), "staff-calls", _STAFF),
            (_("Texts of consents and pledges"), "consent-texts", _STAFF),
            (_("Intakes: screening, reviews, plans"), "staff-intakes", _STAFF),
            (_("Reviewers"), "reviewers", _STAFF),
            (_("Kept apart"), "reviewers-apart", _STAFF),
            (_("Withholding from fees"), "withholding", _STAFF),
            (_("Approvals"), "approvals", _STAFF),
        ],
    ),
    (
        _("Awards and use"),
        [
            (_("Awards"), "awards", _STAFF),
            (_("Supplements"), "supplements", _STAFF),
            (_("Transfers"), "transfers", _STAFF),
            (_("Idle awards and take-backs"), "take-backs", _STAFF),
            (_("Rules on idle awards"), "idle-rules", _STAFF),
            (_("Recoveries, surcharges, back charges and bans"), "sanctions", _STAFF),
            (_("Rates and days of sanctions"), "sanction-terms", _STAFF),
            (_("Jobs"), "jobs", _RECORDS),
            (_("Shares of the machine"), "shares", _RECORDS),
            (_("Policy bench"), "bench", _RECORDS),
            (_("Statements"), "statements-staff", _STAFF),
            (_("Who still owes"), "receivables", _STAFF),
            (_("Receipts"), "receipts", _STAFF),
            (_("Credit notes"), "credit-notes", _STAFF),
            (_("Electronic tax invoices"), "tax-invoices", _STAFF),
            (_("Suppliers"), "suppliers", _STAFF),
            (_("Costs of the centre"), "expenses", _STAFF),
            (_("Months of the books"), "accounting-months", _STAFF),
            (_("Use that came otherwise"), "usage-differences", _STAFF),
            (_("Settlement"), "settlements", _STAFF),
            (_("Reports owed"), "owed-reports", _STAFF),
            (_("Outcome reports"), "outcome-reports", _STAFF),
            (_("Figures of a year"), "staff-figures", _STAFF),
        ],
    ),
    (
        _("Resources and prices"),
        [
            (_("Pools and products"), "pools", _STAFF),
            (_("Tariffs and discounts"), "tariffs", _STAFF),
            (_("Supplements, service credits and back charges"), "entitlements", _STAFF),
            (_("Rates of transfers"), "staff-transfer-rates", _STAFF),
            (_("Try a rule"), "rule-trial", _STAFF),
            (_("Try a rule on supplements"), "supplement-trial", _STAFF),
            (_("Who funds what"), "funding", _STAFF),
            (_("Cluster"), "cluster", _RECORDS),
            (_("Nodes and capacity"), "nodes", _STAFF),
            (_("Unix users"), "unix-users", _RECORDS),
            (_("Accounts of others"), "joined-accounts", _RECORDS),
            (_("Environments"), "environments", frozenset({Role.OPERATOR, Role.AUDITOR})),
        ],
    ),
    (
        _("Facilities"),
        [
            (_("Catalogue of facilities"), "staff-facilities", _STAFF),
            (_("Bookings"), "staff-bookings", _STAFF),
            (_("Quotas of hours"), "booking-quotas", _STAFF),
            (_("Rate of utilisation"), "utilisation", _STAFF),
            (_("Qualifications"), "qualifications", _STAFF),
            (_("Damage and accidents"), "incidents", _STAFF),
        ],
    ),
    (
        _("Start-up camp"),
        [
            (_("Floor plan"), "camp", _STAFF),
            (_("Spaces of the camp"), "camp-spaces", _STAFF),
            (_("Calls for tenants"), "tenant-calls", _STAFF),
            (_("Tenancies"), "tenancies", _STAFF),
            (_("Agreement with tenants"), "tenancy-texts", _STAFF),
            (_("Who may come in"), "camp-access", _STAFF),
            (_("Requests for repair"), "upkeep-list", _STAFF),
            (_("Notices of the camp"), "house-notices", _STAFF),
        ],
    ),
    (
        _("Companies"),
        [
            (_("Companies"), "companies", _STAFF),
            (_("Companies by stage"), "companies-board", _STAFF),
            (_("How companies get on"), "companies-progress", _STAFF),
        ],
    ),
    (
        _("Training"),
        [
            (_("Courses and cohorts"), "staff-courses", _STAFF),
            (_("Wage aid"), "wage-claims", _STAFF),
        ],
    ),
    (
        _("People and records"),
        [
            (_("Organisations"), "organisations", _STAFF),
            (_("People and roles"), "people", _RECORDS),
            (_("Outbox"), "outbox", _RECORDS),
            (_("Journal"), "journal", _RECORDS),
            (_("Who read what"), "journal-readings", frozenset({Role.AUDITOR})),
            (_("Retention periods"), "journal-retention", _RECORDS),
        ],
    ),
]


def _own_places(by: Actor) -> list[tuple[Any, str]]:
    """Where a person can go from their own page, by what they are."""
    member, reviewer = bool(by.memberships), by.reviewer
    places = [
        (by.reads_everything, _("Work of the centre"), "staff"),
        (by.reviews, _("Reviews"), "reviews"),
        (by.reviews, _("Declare an interest"), "review-interests"),
        (reviewer, _("Reviewers' fees"), "honoraria"),
        (member, _("My applications"), "applications"),
        (member, _("Awards"), "awards"),
        (member, _("Outcome reports"), "outcome-reports"),
        (member, _("Jobs"), "jobs"),
        (member, _("Statements"), "statements"),
        (member, _("Facilities"), "facilities"),
        (member, _("Bookings"), "bookings"),
        (member, _("My qualifications"), "my-qualifications"),
        (True, _("Sessions that I operate"), "sessions"),
        (member, _("Damage and accidents"), "incidents"),
        (member, _("Tenancies"), "tenancies"),
        (member, _("Wage aid"), "wage-claims"),
        (True, _("Start-up camp"), "camp"),
        (True, _("Calls"), "calls"),
        (True, _("Courses"), "courses"),
        (True, _("My courses"), "learning"),
        (True, _("My organisations"), "organisations"),
        (True, _("My account"), "me"),
    ]
    return [(label, reverse(name)) for shown, label, name in places if shown]


def _gather(name: str, by: Actor, now: Any) -> list[Any]:
    """What the domains' `queries.<name>(by, now)` answer, for those domains that have one, in order of domain."""
    found: list[Any] = []
    for file in sorted(Path(__file__).parent.glob("*/queries.py")):
        function = getattr(importlib.import_module(f"madang.portal.{file.parent.name}.queries"), name, None)
        if function:
            found += function(by, now)
    return found


def front(request: HttpRequest) -> HttpResponse:
    """The public's first page: open calls and headline figures."""
    return render(request, "home/front.html", {"panels": _gather("front_panels", request.actor, request.now)})


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """A person's own page: what waits for them, what they hold, and where they can go."""
    by, now = request.actor, request.now
    context = {
        "tasks": _gather("tasks", by, now) + (_gather("staff_tasks", by, now) if by.reads_everything else []),
        "panels": _gather("home_panels", by, now),
        "places": _own_places(by),
    }
    return render(request, "home/home.html", context)


@with_role(*READING_ROLES)
def staff(request: HttpRequest) -> HttpResponse:
    """The body's page: what waits for each role, the rounds that are going on, and the way to everything."""
    groups = [
        (heading, [(label, reverse(name)) for label, name, roles in places if request.actor.has(*roles)])
        for heading, places in _PLACES
    ]
    context = {
        "tasks": _gather("staff_tasks", request.actor, request.now),
        "rounds": rounds.going_on(request),
        "groups": [(heading, places) for heading, places in groups if places],
    }
    return render(request, "home/staff.html", context)


def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: the version, and that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"version": __version__, "database": "answers"})


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where more came than is taken at once: in the person's language, or as the API's problem."""
    large = isinstance(exception, RequestDataTooBig)
    status = 413 if large else 400
    if request.path_info.startswith("/api/"):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        refused = Refused("request_too_large", most=most) if large else Refused("invalid")
        return api.problem(status, refused.code, refusals.sentence(refused))
    return render(request, "errors/400.html", {"large": large}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, in the person's language."""
    return render(request, "errors/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403, such as a form that was open for too long; also Django's CSRF failure view."""
    return render(request, "errors/403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a bug, shown as one; without the request, whose context may be what broke."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)
