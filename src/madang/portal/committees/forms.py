"""What is filled in about committees: a section, a draw and what it must keep, a value, answers, sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.calls.forms import INSTANTS
from madang.portal.committees import pool, rules
from madang.portal.committees.rules import ANSWERS, NOTED
from madang.portal.committees.sentences import SAID
from madang.portal.templatetags.madang import in_language

QUOTAS = 4
LOCAL = {"type": "datetime-local"}


def _instant(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs=LOCAL, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, help_text=help_text, validators=INSTANTS)


class CommitteeForm(forms.Form):
    """A section's committee."""

    name_ko = forms.CharField(label=_("Section, in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Section, in English"), max_length=80)
    track = forms.TypedChoiceField(label=_("Track"), required=False, coerce=int, empty_value=None)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=50, initial=7)
    meets_at = _instant(_("Meets at"), _("In the centre's time. Challenges are decided before."))
    place = forms.CharField(label=_("Place, or “online”"), max_length=200, required=False)

    def __init__(self, *args: Any, intake: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tracks = [(row.pk, in_language(row, "title")) for row in intake.call.tracks.order_by("position", "pk")]
        self.fields["track"].choices = [("", _("All tracks of the intake")), *tracks]


class DrawForm(forms.Form):
    """What a draw must keep, and the value that nobody controls."""

    outside_source = forms.CharField(
        label=_("Which value decides the draw"),
        max_length=200,
        help_text=_("Such as the numbers of a lottery draw, with its date. Nobody here can know or choose it."),
    )
    outside_from = _instant(
        _("When the value comes about"), _("In the centre's time. The pool must be frozen before, and is drawn after.")
    )
    times = forms.IntegerField(label=_("Names drawn for each seat"), min_value=3, max_value=20, initial=3)
    per_organisation = forms.IntegerField(label=_("Members of one organisation at most"), min_value=1, initial=1)
    answer_days = forms.IntegerField(label=_("Days to answer an invitation"), min_value=1, max_value=30, initial=3)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = pool.traits_in_use(by)
        for number in range(1, QUOTAS + 1):
            numbered = {"number": number}
            self.fields[f"trait_{number}"] = forms.ChoiceField(
                label=_("Condition {number}").format(**numbered), choices=[("", "–"), *words], required=False
            )
            self.fields[f"least_{number}"] = forms.IntegerField(
                label=_("Condition {number}: members at least").format(**numbered), min_value=0, required=False
            )
            self.fields[f"most_{number}"] = forms.IntegerField(
                label=_("Condition {number}: members at most").format(**numbered), min_value=0, required=False
            )

    def terms(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        names = ("outside_source", "outside_from", "times", "per_organisation", "answer_days")
        quotas = [
            [data[f"trait_{n}"], data[f"least_{n}"] or 0, data[f"most_{n}"]]
            for n in range(1, QUOTAS + 1)
            if data[f"trait_{n}"]
        ]
        return {name: data[name] for name in names} | {"quotas": quotas}


class ValueForm(forms.Form):
    """The value that has come about."""

    outside = forms.CharField(
        label=_("The value, exactly as it was published"),
        max_length=200,
        help_text=_("Numbers separated by single spaces. Everybody can check it, and draw the list again with it."),
    )


class ReasonForm(forms.Form):
    """Why a draw is given up."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SheetsForm(forms.Form):
    """Until when the members' sheets are due."""

    due_at = _instant(_("Due"), _("In the centre's time; after it no sheet can be changed."))


class AnswerForm(forms.Form):
    """An invited expert's answer."""

    said = forms.ChoiceField(
        label=_("Your answer"), choices=[(one.value, _(SAID[one])) for one in ANSWERS], widget=forms.RadioSelect
    )
    learnt_on = forms.DateField(
        label=_("If you step back: when did you learn of the interest?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("A word to the centre"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    agreed = forms.BooleanField(label=_("I have read the terms and agree to them."), required=False)
    field_order = ["said", "agreed", "learnt_on", "note"]

    def __init__(self, *args: Any, terms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not terms:
            del self.fields["agreed"]

    def answer(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        plain = {"agreed": data.get("agreed", False), "note": data["note"], "learnt_on": data["learnt_on"]}
        return plain | {"said": rules.CandidateState(data["said"])}


class NotedForm(forms.Form):
    """What staff note of somebody who was asked."""

    said = forms.ChoiceField(label=_("Answer"), choices=[(one.value, _(SAID[one])) for one in NOTED])
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_said(self) -> rules.CandidateState:
        return rules.CandidateState(self.cleaned_data["said"])


class WithdrawForm(forms.Form):
    """Why a member steps back from a committee, and when they learnt of it."""

    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    learnt_on = forms.DateField(
        label=_("When did you learn of it?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
