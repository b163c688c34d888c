"""What people fill in to book, extend, decide, check in and close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madang.portal.bookings import rules
from madang.portal.bookings.sentences import CLOSURES
from madang.portal.facilities.forms import bookable
from madang.portal.facilities.rules import FacilityKind
from madang.portal.facilities.sentences import FACILITY_KINDS, STATES
from madang.portal.schemas import FIRST_DAY, LAST_DAY
from madang.values import Period

QUARTERS = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 15, 30, 45)]


def _day(label: Any, **given: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    field = forms.DateField(label=label, widget=widget, **given)
    field.validators += [_within]
    return field


def _within(day: Any) -> None:
    if not FIRST_DAY <= day < LAST_DAY:
        raise forms.ValidationError(_("Give a day of this century."))


def _clock(label: Any, times: Iterable[str], **given: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("Whole day")), *((one, one) for one in times)], **given)


class WhenForm(forms.Form):
    """A period on the centre's clock: days, and times where it is not whole days."""

    day = _day(_("First day"))
    start = _clock(_("From"), QUARTERS, required=False)
    last_day = _day(_("Last day"), required=False, help_text=_("Leave empty where it is the same day"))
    end = _clock(_("Until"), [*QUARTERS[1:], "24:00"], required=False)

    def clean(self) -> dict[str, Any]:
        """The period; without times, whole days."""
        given = super().clean() or {}
        if self.errors:
            return given
        first, last = given["day"], given.get("last_day") or given["day"]
        if bool(given["start"]) != bool(given["end"]):
            self.add_error("end", _("Give both times, or none for whole days."))
            return given
        start, end = _instant(first, given["start"] or "00:00"), _instant(last, given["end"] or "24:00")
        if start >= end:
            self.add_error("end", _("The end has to lie after the start."))
        else:
            given["period"] = Period(start, end)
        return given


def _instant(day: Any, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    whole = day + timedelta(days=hour // 24)
    return datetime.combine(whole, time(hour % 24, minute), settings.MADANG_ZONE)


class BookingForm(WhenForm):
    """For whom, what, when and what for; every week where `weeks` says so."""

    organisation = forms.ChoiceField(label=_("Organisation"))
    facilities = forms.MultipleChoiceField(label=_("Facilities"), widget=forms.CheckboxSelectMultiple)
    purpose = forms.CharField(label=_("What for"), max_length=rules.PURPOSE)
    weeks = forms.IntegerField(
        label=_("Every week, so many times"), min_value=1, max_value=rules.WEEKS_MOST, initial=1,
        help_text=_("You see first which weeks can be had."),
    )  # fmt: skip
    job = forms.BooleanField(
        label=_("Choose a compute job that starts with it, on the next page"), required=False,
        help_text=_("With a simulator only. The job is charged to an award of the organisation."),
    )  # fmt: skip
    wait = forms.BooleanField(label=_("If it is taken, put me on the waiting list"), required=False)
    field_order = ("facilities", "organisation", "day", "start", "last_day", "end", "purpose", "weeks", "wait", "job")

    def __init__(self, *args: Any, facilities: Iterable[Any], organisations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(facilities)
        self.fields["facilities"].choices = bookable(listed)
        if not any(row.kind == FacilityKind.SIMULATOR for row in listed):
            del self.fields["job"]
        self.fields["organisation"].choices = [(str(row.pk), row.name) for row in organisations]

    def clean(self) -> dict[str, Any]:
        """A waiting list is for one period, not for a series."""
        given = super().clean()
        if given.get("wait") and given.get("weeks", 1) > 1:
            self.add_error("wait", _("There is a waiting list for one period only, not for a series."))
        return given


class ExtendForm(forms.Form):
    """Until when a booking is to last."""

    last_day = _day(_("Last day"))
    end = _clock(_("Until"), [*QUARTERS[1:], "24:00"], required=False)

    def until(self) -> datetime:
        """The new end; without a time, the end of the day."""
        return _instant(self.cleaned_data["last_day"], self.cleaned_data["end"] or "24:00")


class CheckInForm(forms.Form):
    """The code that stands at the facility."""

    code = forms.CharField(
        label=_("Code at the facility"), max_length=8, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ReasonForm(forms.Form):
    """Why a booking is given up; needed of staff who cancel another's."""

    reason = forms.CharField(
        label=_("Reason"), max_length=rules.REASON, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(ReasonForm):
    """Approval or refusal; a refusal needs its reason."""

    approve = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, choices=[("yes", _("Approve")), ("no", _("Refuse"))]
    )
    field_order = ("approve", "reason")


class ClosureForm(WhenForm):
    """Which facilities are closed when, and why."""

    facilities = forms.MultipleChoiceField(label=_("Facilities"), widget=forms.CheckboxSelectMultiple)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(value, _(word)) for value, word in CLOSURES.items()])
    reason = forms.CharField(label=_("Reason"), max_length=rules.REASON)
    cancel = forms.BooleanField(
        label=_("Cancel bookings that stand in the way"), required=False, help_text=_("Their people are written to.")
    )
    field_order = ("facilities", "kind", "day", "start", "last_day", "end", "reason", "cancel")

    def __init__(self, *args: Any, facilities: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facilities"].choices = bookable(facilities)


class StateForm(ReasonForm):
    """Takes a facility out of service or puts it back."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("State"), choices=[(value, _(word)) for value, word in STATES.items()])
    cancel = forms.BooleanField(
        label=_("Cancel bookings that lie ahead"), required=False, help_text=_("Their people are written to.")
    )
    field_order = ("version", "state", "reason", "cancel")


class OperatorsForm(forms.Form):
    """Who operates a facility, by e-mail."""

    emails = forms.CharField(
        label=_("E-mails of who operates it"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line. Leave it empty where it is used without an operator."),
    )  # fmt: skip


class QuotaForm(forms.Form):
    """Hours a month of one class for each organisation."""

    kind = forms.ChoiceField(label=_("Class"), choices=[(value, _(word)) for value, word in FACILITY_KINDS.items()])
    hours = forms.IntegerField(
        label=_("Hours a month for each organisation"), min_value=0, max_value=rules.HOURS_MOST, required=False,
        help_text=_("Leave empty for no limit."),
    )  # fmt: skip
