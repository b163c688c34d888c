"""A committee's meeting: its table, its room, who is there, points, opinion and minutes, for staff and who leads it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.portal.actors import Role
from madang.portal.calls.sentences import STEPS
from madang.portal.committees import queries as committees
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.masks import queries as masks
from madang.portal.meetings import actions, queries
from madang.portal.meetings.exports import FORMATS
from madang.portal.meetings.forms import AttendanceForm, MeetingForm, OpinionForm, PointsForm, Versioned, WhyForm
from madang.portal.meetings.room import differs, room
from madang.portal.meetings.rules import MeetingState
from madang.portal.replies import queries as replies
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER


def _open(request: HttpRequest, meeting: int) -> Any:
    """The meeting for whoever may open it; for all others it does not exist. That the table was read is noted."""
    row = queries.open_to(request.actor, meeting, request.now)
    if row is None:
        raise Http404
    return row


def _title(row: Any) -> str:
    return _("{section}: {step}").format(section=in_language(row.committee, "name"), step=_(STEPS[row.step]))


def _crumbs(request: HttpRequest, row: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
    if not request.actor.reads_everything:
        return [(_("Reviews"), reverse("reviews")), (_title(row), reverse("meeting", args=[row.pk])), *more]
    intake, name = row.committee.intake, in_language(row.committee, "name")
    return [
        (_("Work of the centre"), reverse("staff")),
        (_("Committees"), reverse("intake-committees", args=[intake.pk])),
        (name, reverse("committee", args=[row.committee_id])),
        (_(STEPS[row.step]), reverse("meeting", args=[row.pk])),
        *more,
    ]


def _read(request: HttpRequest, row: Any) -> None:
    given = {"what": "search", "kind": "meeting", "subject": row.pk}
    read(by=request.actor, now=request.now, as_reviewer=not request.actor.reads_everything, **given)


def _may(request: HttpRequest, row: Any) -> dict[str, bool]:
    """What this person can do with the meeting now."""
    by = request.actor
    open_now = row.committee.intake.state not in queries.RESULTS_OUT
    leads = row.chair is not None and row.chair.person_id == by.person
    sits = row.state == MeetingState.SITTING and open_now
    return {
        "convene": by.has(MANAGER) and open_now and row.state in (MeetingState.PLANNED, MeetingState.SITTING),
        "cancel": by.has(MANAGER) and open_now and row.state == MeetingState.PLANNED,
        "edit": sits and (leads or by.has(MANAGER)),
        "approve": sits and leads,
        "reopen": by.has(MANAGER) and open_now and row.state == MeetingState.CLOSED,
    }


@with_role(MANAGER)
def meeting_new(request: HttpRequest, committee: int) -> HttpResponse:
    """Arranges the day of one step."""
    row = one(committees.committees(request.actor), pk=committee)
    initial = {"meets_at": timezone.localtime(row.meets_at), "place": row.place}
    form = MeetingForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "committee": committee, **form.cleaned_data}
        made = tried(form, partial(actions.arrange, **given))
        if made is not None:
            return redirect("meeting", made.pk)
    title, back = _("Arrange a meeting"), reverse("committee", args=[committee])
    lead = _("Members score the section in this step once enough of them are there; the chair approves the minutes.")
    crumbs = [(_("Committees"), reverse("intake-committees", args=[row.intake_id])),
              (in_language(row, "name"), back), (title, "")]  # fmt: skip
    return form_page(request, form, title=title, label=title, lead=lead, back=back, crumbs=crumbs)


@signed_in
def meeting(request: HttpRequest, meeting: int) -> HttpResponse:
    """One meeting: its day, who is there, the score table, the opinion and the minutes."""
    row = _open(request, meeting)
    _read(request, row)
    found = room(row, request.now)
    context = {
        "row": row,
        "title": _title(row),
        "room": found,
        "attendance": queries.attendance(row.pk),
        "needed": queries.needed(row),
        "may": _may(request, row),
        "differs": row.state == MeetingState.CLOSED and differs(row, request.now),
        "crumbs": [*_crumbs(request, row)[:-1], (_title(row), "")],
    }
    return render(request, "meetings/meeting.html", context)


@signed_in
def meeting_room(request: HttpRequest, meeting: int) -> HttpResponse:
    """The chair's room: what is missing, where members disagree, and in which order to discuss."""
    row = _open(request, meeting)
    _read(request, row)
    found = room(row, request.now)
    order, crossings = found.discussion()
    context = {
        "row": row,
        "room": found,
        "disputed": found.disputed(),
        "order": [(line, [found.names[pk] for pk in line.outside]) for line in order],
        "crossings": crossings,
        "members": _members(found),
        "replies": _replies(request, found),
        "crumbs": _crumbs(request, row, (_("Chair's room"), "")),
    }
    return render(request, "meetings/room.html", context)


def _replies(request: HttpRequest, found: Any) -> list[tuple[str, str]]:
    """What applicants answered, by number; where the review is blind, with their names covered."""
    rows = replies.replies(line.application for line in found.lines)
    hidden = masks.masks(request.actor, [row.application for row in rows])
    return [(row.application.number, hidden[row.application_id].text(row.text)) for row in rows]


def _members(found: Any) -> list[tuple[str, int, int]]:
    """Everybody with a sheet in this step: name, how many, how many of them are in; who lacks most comes first."""
    given: dict[int, list[bool]] = {}
    for line in found.lines:
        for cell in line.cells:
            given.setdefault(cell.reviewer, []).append(cell.state == "submitted")
    rows = [(found.names[pk], len(every), sum(every)) for pk, every in given.items()]
    return sorted(rows, key=lambda one: (one[2] - one[1], one[0]))


@signed_in
def meeting_file(request: HttpRequest, meeting: int, kind: str) -> HttpResponse:
    """The score table as a file."""
    row = _open(request, meeting)
    if kind not in FORMATS:
        raise Http404
    make, media_type = FORMATS[kind]
    _read(request, row)
    response = HttpResponse(make(room(row, request.now)), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="meeting-{row.pk}.{kind}"'
    return response


@signed_in
def minutes(request: HttpRequest, meeting: int, number: int) -> HttpResponse:
    """One version of the minutes as it was approved, to be read and printed."""
    row = _open(request, meeting)
    found = next((version for version in row.minutes.all() if version.number == number), None)
    if found is None:
        raise Http404
    _read(request, row)
    content = found.content
    ids = {one["reviewer"] for one in content["members"]}
    ids |= {pk for file in content["applications"] for pk in file["outside"]}
    ids |= {sheet["reviewer"] for file in content["applications"] for sheet in file["sheets"]}
    context = {
        "row": row,
        "minutes": found,
        "content": content,
        "names": queries.people(ids | {content["chair"]}),
        "step": _(STEPS[content["step"]]),
        "crumbs": _crumbs(request, row, (_("Minutes no. {number}").format(number=number), "")),
    }
    return render(request, "meetings/minutes.html", context)


# --- what is filled in ---


def _filled(request: HttpRequest, row: Any, form: Any, act: Any, done: str, **page: Any) -> HttpResponse:
    """Carries a form out for the meeting and goes back to it, or shows the form."""
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "meeting": row.pk, **form.cleaned_data}
        tried(form, partial(act, **given))
        if not form.errors:
            messages.success(request, done)
            return redirect("meeting", row.pk)
    back = reverse("meeting", args=[row.pk])
    return form_page(request, form, back=back, crumbs=_crumbs(request, row, (page["title"], "")), **page)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _allowed(request: HttpRequest, meeting: int, what: str) -> Any:
    row = _open(request, meeting)
    if not _may(request, row)[what]:
        raise Http404
    return row


@signed_in
def attendance(request: HttpRequest, meeting: int) -> HttpResponse:
    """Notes who is there and who leads, which begins the meeting."""
    row = _allowed(request, meeting, "convene")
    here = [one.reviewer_id for one in queries.attendance(row.pk) if one.here]
    due = timezone.localtime(max(row.meets_at, request.now) + timedelta(hours=8))
    initial = {"version": row.version, "here": here, "chair": row.chair_id, "due_at": due}
    form = AttendanceForm(_posted(request), members=queries.seated(row), initial=initial)
    lead = _("{needed} members must be there. Everybody who is there gets the sheets of this step at once.")
    page = {"title": _("Who is there"), "label": _("Note it"), "lead": lead.format(needed=queries.needed(row))}
    return _filled(request, row, form, actions.convene, _("Attendance was noted."), **page)


@signed_in
def points(request: HttpRequest, meeting: int, application: int) -> HttpResponse:
    """Adds or takes off points as the committee decided."""
    row = _allowed(request, meeting, "edit")
    line = next((line for line in room(row, request.now).lines if line.application == application), None)
    if line is None:
        raise Http404
    initial = {"version": row.version, "points": line.points, "reason": line.reason}
    form = PointsForm(_posted(request), initial=initial)
    lead = _("This call lets a committee add up to {more} points and take off up to {less}.")
    page = {
        "title": _("Points of the committee for {number}").format(number=line.number),
        "label": _("Note it"),
        "lead": lead.format(more=line.most[0], less=line.most[1]),
    }
    act = partial(actions.note_points, application=application)
    return _filled(request, row, form, act, _("The points were noted."), **page)


@signed_in
def opinion(request: HttpRequest, meeting: int) -> HttpResponse:
    """Writes the overall opinion."""
    row = _allowed(request, meeting, "edit")
    form = OpinionForm(_posted(request), initial={"version": row.version, "opinion": row.opinion})
    page = {"title": _("Overall opinion"), "label": _("Save")}
    return _filled(request, row, form, actions.write_opinion, _("The opinion was saved."), **page)


@signed_in
def approve(request: HttpRequest, meeting: int) -> HttpResponse:
    """Who leads the meeting approves its minutes."""
    row = _allowed(request, meeting, "approve")
    form = Versioned(_posted(request), initial={"version": row.version})
    lead = _("The minutes are made from what stands on the meeting's page. Nothing in them changes afterwards.")
    page = {"title": _("Approve the minutes"), "label": _("Approve"), "lead": lead}
    return _filled(request, row, form, actions.approve, _("The minutes are approved."), **page)


@signed_in
def cancel(request: HttpRequest, meeting: int) -> HttpResponse:
    """Cancels a meeting that has not begun."""
    row = _allowed(request, meeting, "cancel")
    form = WhyForm(_posted(request), initial={"version": row.version})
    page = {"title": _("Cancel the meeting"), "label": _("Cancel the meeting"), "danger": True}
    return _filled(request, row, form, actions.cancel, _("The meeting was cancelled."), **page)


@signed_in
def reopen(request: HttpRequest, meeting: int) -> HttpResponse:
    """Takes a meeting up again."""
    row = _allowed(request, meeting, "reopen")
    form = WhyForm(_posted(request), initial={"version": row.version})
    lead = _("The minutes that were approved stay as they are; the next ones say why the meeting was taken up again.")
    page = {"title": _("Take the meeting up again"), "label": _("Take it up"), "lead": lead, "danger": True}
    return _filled(request, row, form, actions.reopen, _("The meeting sits again."), **page)


urlpatterns = [
    path("staff/committees/<int:committee>/meetings/new/", meeting_new, name="meeting-new"),
    path("meetings/<int:meeting>/", meeting, name="meeting"),
    path("meetings/<int:meeting>/room/", meeting_room, name="meeting-room"),
    path("meetings/<int:meeting>/table/<slug:kind>/", meeting_file, name="meeting-file"),
    path("meetings/<int:meeting>/minutes/<int:number>/", minutes, name="meeting-minutes"),
    path("meetings/<int:meeting>/attendance/", attendance, name="meeting-attendance"),
    path("meetings/<int:meeting>/points/<int:application>/", points, name="meeting-points"),
    path("meetings/<int:meeting>/opinion/", opinion, name="meeting-opinion"),
    path("meetings/<int:meeting>/approve/", approve, name="meeting-approve"),
    path("meetings/<int:meeting>/cancel/", cancel, name="meeting-cancel"),
    path("meetings/<int:meeting>/take-up/", reopen, name="meeting-reopen"),
]
