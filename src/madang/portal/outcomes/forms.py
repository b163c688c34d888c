"""What is filled in about outcome reports: an outcome with its evidence, handing in, the verdict, a call's schedule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.outcomes import rules
from madang.portal.outcomes.rules import Entry, OutcomeKind
from madang.portal.outcomes.sentences import KINDS


class EntryForm(forms.Form):
    """One outcome with what shows it."""

    kind = forms.ChoiceField(label=_("Kind of outcome"), choices=[(value, _(word)) for value, word in KINDS.items()])
    amount = forms.IntegerField(
        label=_("Number or amount"),
        min_value=1,
        max_value=rules.MOST_WON,
        initial=1,
        help_text=_("People for people hired, won for revenue and investment; 1 for anything else."),
    )
    what = forms.CharField(
        label=_("What it is"),
        max_length=rules.WHAT_LIMIT,
        help_text=_("Such as the title of the paper or the investor. Name nobody who was hired."),
    )
    doi = forms.CharField(
        label=_("DOI of a paper"), max_length=rules.DOI_LIMIT + 30, required=False, help_text=_("Like 10.1234/abc.5")
    )
    file = forms.FileField(
        label=_("What shows it"),
        required=False,
        help_text=_("PDF, DOCX, HWPX, XLSX, PNG or JPEG. Black out names and numbers of people."),
    )

    def entry(self) -> Entry:
        """What the actions take."""
        given = self.cleaned_data
        return Entry(OutcomeKind(given["kind"]), given["amount"], given["what"], given["doi"])


class HandInForm(forms.Form):
    """That all is there, or that there is nothing."""

    nothing = forms.BooleanField(label=_("Nothing came of the award in this time"), required=False)


class CheckForm(forms.Form):
    """What has to be mended."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = forms.CharField(
        label=_("What has to be mended"),
        required=False,
        max_length=rules.REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed where it is sent back; the organisation reads it."),
    )


class ScheduleForm(forms.Form):
    """Months after the end of an award."""

    months = forms.RegexField(
        r"^\s*([0-9]{1,3}\s*(,\s*[0-9]{1,3}\s*)*)?$",
        label=_("Months after the end of an award"),
        max_length=60,
        required=False,
        help_text=_("Such as 6, 12, 24. Leave it empty to ask for no report."),
    )

    def given(self) -> list[int]:
        """The months as numbers."""
        text: Any = self.cleaned_data["months"]
        return [int(one) for one in text.split(",") if one.strip()]
