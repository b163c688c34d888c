"""The pages of whoever books: new bookings and series, one's own, calendars of all facilities, a private calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from madang.errors import Refused
from madang.portal import formats, refusals
from madang.portal.bookedjobs import queries as bookedjobs
from madang.portal.bookings import (
    actions,
    door_pages,
    icalendar,
    invitations,
    looking,
    operating,
    queries,
    rules,
    showing,
    slots,
    staff_pages,
)
from madang.portal.bookings.forms import QUARTERS, BookingForm, CheckInForm, ExtendForm, ReasonForm
from madang.portal.bookings.rules import BookingState
from madang.portal.faces import form_page, one, signed_in, tried, whole
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.forms import SearchForm
from madang.portal.facilities.rules import KEEPERS, FacilityState
from madang.portal.fees import queries as fees
from madang.portal.fees.rules import WHOLE, percent_cancelled
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.templatetags.madang import in_language

# of a week fewer rows than of a day: each has seven cells
PAGE, WEEK_PAGE = 50, 25
BACK, AHEAD = timedelta(days=30), timedelta(days=365)
EVENTS_MOST = 1000


def _mine(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Bookings"), reverse("bookings")), *rest]


@signed_in
def bookings(request: HttpRequest) -> HttpResponse:
    """The bookings of one's organisations: those to come, or with ?past=1 those that are over."""
    past = request.GET.get("past") == "1"
    rows = queries.bookings(request.actor)
    rows = (
        rows.filter(ends_at__lt=request.now).order_by("-starts_at") if past else rows.filter(ends_at__gte=request.now)
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="booking", subject="all")
    context = {
        "page": page,
        "past": past,
        "may_book": bool(request.actor.memberships),
        "feed": queries.feed(request.actor),
    }
    return render(request, "bookings/bookings.html", context)


@signed_in
def booking_new(request: HttpRequest) -> HttpResponse:
    """Books one or several facilities; a series is shown week by week before it is booked."""
    by = request.actor
    mine = (
        people.organisations(by) if by.has(*rules.BOOKERS) else people.organisations(by).filter(pk__in=by.memberships)
    )
    listed = facilities.facilities(by).filter(state=FacilityState.IN_USE)
    asked = request.GET.getlist("facility")
    if asked and request.method != "POST":
        listed = facilities.found(listed).filter(code__in=asked)
    form = BookingForm(request.POST or None, facilities=listed, organisations=mine, initial=_wanted(request, listed))
    context: dict[str, Any] = {
        "crumbs": _mine((_("Book"), "")),
        "form": form,
        "none": not mine,
        "narrowed": bool(asked),
    }
    if request.method == "POST" and form.is_valid():
        weekly = form.cleaned_data["weeks"] > 1
        done = _series(request, form, context) if weekly else _alone(request, form, context)
        if done is not None:
            return done
    return render(request, "bookings/new.html", context, status=422 if form.is_bound and form.errors else 200)


def _wanted(request: HttpRequest, listed: Any) -> dict[str, Any]:
    asked = request.GET.getlist("facility")
    chosen = [str(row.pk) for row in listed] if asked else []
    day = showing.asked_day(request.GET.get("day", ""), request.now)
    start = request.GET.get("start", "")
    return {"facilities": chosen, "day": day, "weeks": 1, "start": start if start in QUARTERS else ""}


def _given(request: HttpRequest, form: Any) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "by": request.actor,
        "now": request.now,
        "organisation": int(given["organisation"]),
        "facilities": [int(one) for one in given["facilities"]],
        "period": given["period"],
        "purpose": given["purpose"],
    }


def _alone(request: HttpRequest, form: Any, context: dict[str, Any]) -> HttpResponse | None:
    """First shows what it will cost, if anything; the second time, agreed to that, books it."""
    given = _given(request, form)
    cost = fees.of_new(given["organisation"], given["facilities"], [given["period"]])
    if cost is not None and request.POST.get("agreed") != str(cost.total.payable):
        context["cost"], context["fee_terms"] = cost, fees.terms()
        if "agreed" in request.POST:
            form.add_error(None, refusals.sentence(Refused("fee_changed")))
        return None
    row = tried(form, lambda: actions.book(**given, wait=form.cleaned_data["wait"]))
    if row is None:
        return None
    words = {
        BookingState.CONFIRMED: _("The booking is confirmed."),
        BookingState.ASKED: _("The booking is held for you. The centre decides, and you get a mail."),
        BookingState.QUEUED: _("You stand on the waiting list. When it becomes free it is yours, and you get a mail."),
    }
    messages.success(request, words[BookingState(row.state)])
    with_job = form.cleaned_data.get("job") and bookedjobs.may_carry(request.actor, row, request.now, None)
    return redirect("booking-job" if with_job else "booking", row.pk)


def _series(request: HttpRequest, form: Any, context: dict[str, Any]) -> HttpResponse | None:
    """First shows which weeks can be had; the second time, with what was shown, books them."""
    given, weeks = _given(request, form), form.cleaned_data["weeks"]
    if request.POST.get("shown") is not None:
        expected = [whole(place, -1) for place in request.POST["shown"].split()]
        rows = tried(form, lambda: actions.book_weekly(**given, weeks=weeks, expected=expected))
        if rows:
            messages.success(request, _("{n} weeks are booked.").format(n=len(rows)))
            return redirect("bookings")
    chosen = facilities.facilities(request.actor).filter(pk__in=given["facilities"])
    periods = slots.weekly(given["period"], weeks, settings.MADANG_ZONE)
    seen = looking.outlook(request.actor, given["organisation"], list(chosen), periods, request.now)
    context["weeks"] = [(period, refusals.sentence(why) if why else "") for period, why in seen]
    free = [period for period, why in seen if why is None]
    if free and (cost := fees.of_new(given["organisation"], given["facilities"], free)):
        context["cost"], context["fee_terms"] = cost, fees.terms()
    context["shown"] = " ".join(str(place) for place, (_period, why) in enumerate(seen) if why is None)
    return None


@signed_in
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking, and what can be done with it."""
    row = one(queries.bookings(request.actor), pk=pk)
    read(by=request.actor, now=request.now, what="view", kind="booking", subject=pk, organisation=row.organisation_id)
    by, now = request.actor, request.now
    own = rules.may_change(by, row.organisation_id, row.person_id)
    ahead, carried = row.ends_at > now, bookedjobs.of_booking(by, pk)
    context = {
        "crumbs": _mine((in_language(row.booked.all()[0].facility, "name"), "")),
        "booking": row,
        "may_cancel": own and ahead and row.state in rules.AHEAD,
        "may_extend": own and ahead and row.state in (BookingState.CONFIRMED, BookingState.USED),
        "may_check_in": own and ahead and row.state == BookingState.CONFIRMED and now >= row.starts_at - rules.EARLY,
        "may_decide": by.has(*KEEPERS) and row.state == BookingState.ASKED,
        "place": queries.place_in_queue(row) if row.state == BookingState.QUEUED else 0,
        "may_report": own,
        "carried": carried,
        "carried_why": refusals.sentence(Refused(carried.reason_code, **carried.reason_facts)) if carried else "",
        "may_carry": bookedjobs.may_carry(by, row, now, carried),
        "series": [one for one in queries.of_series(by, row.series) if one.pk != pk] if row.series else [],
        "cost": fees.of_booking(row, row.charged or (WHOLE if row.state in rules.AHEAD else 0)),
    }
    return render(request, "bookings/booking.html", context)


def _own(request: HttpRequest, pk: int) -> Any:
    """A booking that the actor may change; for others it does not exist."""
    row = one(queries.bookings(request.actor), pk=pk)
    if not rules.may_change(request.actor, row.organisation_id, row.person_id):
        raise Http404
    return row


@signed_in
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then gives a booking up."""
    row = _own(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    back = reverse("booking", args=[pk])
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        tried(form, lambda: actions.cancel(by=request.actor, now=request.now, booking=pk, reason=reason))
        if not form.errors:
            messages.success(request, _("The booking is cancelled."))
            return redirect(back)
    lead = _("It becomes free for others at once; who stands on the waiting list moves up.") + _charge(request, row)
    title = _("Cancel the booking of {name}").format(name=in_language(row.booked.all()[0].facility, "name"))
    return form_page(request, form, title=title, label=_("Cancel the booking"), lead=lead, back=back, danger=True)


def _charge(request: HttpRequest, row: Any) -> str:
    """What giving a booking up costs now, where it costs something."""
    given = {"own": request.actor.member_of(row.organisation_id), "held": row.state == BookingState.CONFIRMED}
    percent = percent_cancelled(fees.terms(), **given, starts_at=row.starts_at, now=request.now)
    cost = fees.of_booking(row, percent)
    if cost is None:
        return ""
    won = formats.won(cost.total.payable, get_language() or "ko")
    words = _("It is cancelled so late that {percent} % of its time is charged: {won}.")
    return " " + words.format(percent=percent, won=won)


@signed_in
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a booking end later, if what follows is free."""
    row = _own(request, pk)
    end = row.ends_at.astimezone(settings.MADANG_ZONE)
    midnight = (end.hour, end.minute) == (0, 0)
    initial = {"last_day": end.date() - timedelta(days=midnight), "end": "" if midnight else f"{end:%H:%M}"}
    form = ExtendForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        tried(form, lambda: actions.extend(by=request.actor, now=request.now, booking=pk, until=form.until()))
        if not form.errors:
            messages.success(request, _("The booking lasts longer now."))
            return redirect("booking", pk)
    lead = _("All of it is extended, or nothing: what follows has to be free for every facility of the booking.")
    return form_page(request, form, title=_("Extend the booking"), label=_("Extend"), lead=lead,
                     back=reverse("booking", args=[pk]))  # fmt: skip


@signed_in
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that somebody came, by the code at the facility; staff need none."""
    _own(request, pk)
    form = CheckInForm(
        request.POST if request.method == "POST" else None, initial={"code": request.GET.get("code", "")}
    )
    form.fields["code"].required = not request.actor.has(*KEEPERS)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        tried(form, lambda: actions.check_in(by=request.actor, now=request.now, booking=pk, code=code))
        if not form.errors:
            messages.success(request, _("You are checked in."))
            return redirect("booking", pk)
    lead = _("The code is put up at the facility.")
    return form_page(request, form, title=_("Check in"), label=_("Check in"), lead=lead,
                     back=reverse("booking", args=[pk]))  # fmt: skip


@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    """What one is to operate from now on."""
    page = Paginator(operating.sessions(request.actor, request.now), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "crumbs": _mine((_("Sessions that I operate"), ""))}
    return render(request, "bookings/sessions.html", context)


def calendar(request: HttpRequest) -> HttpResponse:
    """What all facilities have on a day, or in the week of it."""
    form = SearchForm(request.GET or None)
    found = facilities.facilities(request.actor).exclude(state=FacilityState.RETIRED)
    day, weekly = showing.asked_day(request.GET.get("day", ""), request.now), request.GET.get("view") != "day"
    rows = facilities.found(found, **form.chosen())
    page = Paginator(rows, WEEK_PAGE if weekly else PAGE).get_page(request.GET.get("page"))
    days = [showing.monday(day) + timedelta(days=n) for n in range(7)] if weekly else [day]
    step = timedelta(days=len(days))
    context = {
        "form": form,
        "page": page,
        "day": day,
        "days": days,
        "weekly": weekly,
        "rows": showing.overview(request.actor, list(page), days),
        "earlier": day - step,
        "later": day + step,
    }
    return render(request, "bookings/calendar.html", context)


@never_cache
@signed_in
def feed(request: HttpRequest) -> HttpResponse:
    """One's private calendar address: made, renewed (the old one dies) or taken away; shown once."""
    address = ""
    if request.method == "POST" and request.POST.get("act") == "drop":
        actions.drop_feed(by=request.actor, now=request.now)
        messages.success(request, _("The address no longer works."))
        return redirect("calendar-feed")
    if request.method == "POST":
        key = actions.renew_feed(by=request.actor, now=request.now)
        address = settings.MADANG_BASE_URL + reverse("calendar-file", args=[key])
    context = {
        "crumbs": _mine((_("Calendar on your own device"), "")),
        "feed": queries.feed(request.actor),
        "address": address,
    }
    return render(request, "bookings/feed.html", context)


def calendar_file(request: HttpRequest, secret: str) -> HttpResponse:
    """The bookings that a person made, as iCalendar; whoever has the address may read it."""
    person = queries.feed_of(secret)
    if person is None:
        raise Http404
    around = {"ends_at__gt": request.now - BACK, "starts_at__lt": request.now + AHEAD}
    rows = queries.made_by(person.pk).filter(**around)[:EVENTS_MOST]
    with override(person.language):
        name = settings.MADANG_CENTRE_NAME[person.language]
        text = icalendar.written(name, [invitations.event(row) for row in rows])
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("bookings/", bookings, name="bookings"),
    path("bookings/new/", booking_new, name="booking-new"),
    path("bookings/calendar/", calendar, name="bookings-calendar"),
    path("me/sessions/", sessions, name="sessions"),
    path("me/calendar/", feed, name="calendar-feed"),
    path("bookings/feed/<str:secret>.ics", calendar_file, name="calendar-file"),
    path("bookings/<int:pk>/", booking, name="booking"),
    path("bookings/<int:pk>/cancel/", cancel, name="booking-cancel"),
    path("bookings/<int:pk>/extend/", extend, name="booking-extend"),
    path("bookings/<int:pk>/check-in/", check_in, name="booking-check-in"),
    *staff_pages.urlpatterns,
    *door_pages.urlpatterns,
]
