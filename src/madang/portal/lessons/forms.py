"""What is filled in about lessons: the timetable, a code, and who was there after all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import INSTANTS
from madang.portal.lessons import queries, rules
from madang.portal.templatetags.madang import in_language


def _moment(label: Any) -> forms.DateTimeField:
    picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=picker, validators=INSTANTS)


class LessonForm(forms.Form):
    """A lesson, once or every week, with or without a room."""

    title = forms.CharField(label=_("Title of the lesson"), max_length=rules.TITLE_LIMIT)
    track = forms.ChoiceField(label=_("Track of the course"), required=False)
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Ends at"))
    weeks = forms.IntegerField(label=_("For how many weeks"), min_value=1, max_value=rules.WEEKS_MOST, initial=1)
    room = forms.ChoiceField(label=_("Room"), required=False, help_text=_("It is booked at once, for every week."))

    def __init__(self, *args: Any, tracks: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].choices = [("", _("All tracks")), *((one, one) for one in tracks)]
        rooms = [(str(one.pk), f"{one.code} {in_language(one, 'name')}") for one in queries.rooms()]
        self.fields["room"].choices = [("", _("No room")), *rooms]


class CodeForm(forms.Form):
    """The code that the teacher shows."""

    code = forms.CharField(
        label=_("Code of the lesson"), max_length=12,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class CorrectForm(forms.Form):
    """Whether somebody was there, and why that is said later."""

    came = forms.ChoiceField(label=_("Was there"), choices=[("yes", _("Yes")), ("no", _("No"))])
    why = forms.CharField(label=_("Reason"), max_length=rules.WHY_LIMIT)


class CancelForm(forms.Form):
    """Why a lesson is not held."""

    why = forms.CharField(label=_("Reason"), max_length=rules.WHY_LIMIT)
