"""What is filled in about meetings: a day, who is there, points, an opinion; each names the version that was read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field
from madang.portal.calls.rules import ReviewStep
from madang.portal.calls.sentences import STEPS


class MeetingForm(forms.Form):
    """A step of the review and the day on which a committee does it."""

    step = forms.ChoiceField(label=_("Step of the review"), choices=[(one.value, _(STEPS[one])) for one in ReviewStep])
    meets_at = instant_field(_("Meets at"), help_text=_("In the centre's time."))
    place = forms.CharField(label=_("Place, or “online”"), max_length=200, required=False)

    def clean_step(self) -> ReviewStep:
        return ReviewStep(self.cleaned_data["step"])


class Versioned(forms.Form):
    """Nothing but the version of the meeting that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class AttendanceForm(Versioned):
    """Who is there, who leads, and until when the sheets of the meeting are due."""

    here = forms.TypedMultipleChoiceField(label=_("Who is there"), coerce=int, widget=forms.CheckboxSelectMultiple)
    chair = forms.TypedChoiceField(
        label=_("Who leads the meeting"),
        coerce=int,
        help_text=_("The members elect one of them on the day. Who leads approves the minutes here."),
    )
    due_at = instant_field(_("Sheets due"), help_text=_("In the centre's time; after it no sheet can be changed."))

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(one.pk, f"{one.person.name} · {one.affiliation}") for one in members]
        self.fields["here"].choices = found
        self.fields["chair"].choices = found


class PointsForm(Versioned):
    """Points on top or off with the reason."""

    points = forms.IntegerField(label=_("Points"), help_text=_("Above 0 adds, below 0 takes off, 0 takes it back."))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpinionForm(Versioned):
    """What the committee thinks of it all."""

    opinion = forms.CharField(
        label=_("Overall opinion"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("It stands in the minutes. Name nobody who is kept out of an application."),
    )


class WhyForm(Versioned):
    """Why a meeting is cancelled or taken up again."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
