"""What the screening officer fills in: filters, a question, a verdict, a purpose, a report owed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.applications.rules import ApplicationState
from madang.portal.calls.forms import instant_field
from madang.portal.eligibility.sentences import KINDS
from madang.portal.screening import queries
from madang.portal.screening.rules import LONGEST_ANSWER, LONGEST_QUESTION
from madang.portal.states import word


class FilterForm(forms.Form):
    """Which of an intake's applications are listed."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    track = forms.ChoiceField(label=_("Track"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    kind = forms.ChoiceField(label=_("Kind of organisation"), required=False)

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **given: Any) -> None:
        super().__init__(*args, **given)
        every = ("", _("All"))
        states = [(state.value, word(state)) for state in ApplicationState if state is not ApplicationState.DRAFT]
        self.fields["track"].choices = [every, *choices["track"]]
        self.fields["state"].choices = [every, *states]
        self.fields["region"].choices = [every, *choices["region"]]
        self.fields["kind"].choices = [every, *((kind, _(text)) for kind, text in KINDS.items())]


class ExportForm(forms.Form):
    """Why the list is exported, and as what."""

    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, help_text=_("It is kept with your name and the time for two years.")
    )
    format = forms.ChoiceField(label=_("Format"), choices=[("xlsx", "XLSX"), ("csv", "CSV")])


class QuestionForm(forms.Form):
    """A question to the applicant with its deadline."""

    text = forms.CharField(label=_("Question"), max_length=LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 4}))
    answer_by = instant_field(
        _("Answer by"), help_text=_("Filled in with the time that this centre usually gives; change it where needed.")
    )


class AnswerForm(forms.Form):
    """The applicant's answer."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=LONGEST_ANSWER, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = forms.FileField(
        label=_("A file, if you like"), required=False, help_text=_("PDF, DOCX, HWPX, XLSX, PNG or JPEG")
    )


class PurposeForm(forms.Form):
    """What a file is needed for, before it is downloaded."""

    purpose = forms.CharField(label=_("What do you need the file for?"), max_length=200)


class VerdictForm(forms.Form):
    """Eligible or not, with a comment that the applicant reads where it is not."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where the application is not eligible; the applicant reads it."),
    )


class ReportForm(forms.Form):
    """A report that an organisation owes."""

    number = forms.CharField(label=_("Business registration number"), max_length=20)
    title = forms.CharField(label=_("Report"), max_length=160)
    due_on = forms.DateField(label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_number(self) -> int:
        found = queries.organisation_numbered(self.cleaned_data["number"])
        if found is None:
            raise forms.ValidationError(_("No organisation with this number is registered."))
        return int(found.pk)


class ReceivedForm(forms.Form):
    """The day on which a report came in."""

    received_on = forms.DateField(label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"}))
