"""What staff fill in about living aid: terms, and the month of a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.aids.rules import WON_MOST, AidTerms, AidUnit
from madang.portal.aids.sentences import UNITS
from madang.portal.funding import queries as funding
from madang.portal.templatetags.madang import in_language


class TermsForm(forms.Form):
    """What a cohort pays from a month on."""

    first_month = forms.CharField(label=_("From this month on"), max_length=7, help_text=_("For example 2026-05"))
    unit = forms.ChoiceField(label=_("Paid for"), choices=[(unit, _(word)) for unit, word in UNITS.items()])
    won = forms.IntegerField(label=_("Living aid for each, in won"), min_value=1, max_value=WON_MOST)
    month_most_won = forms.IntegerField(label=_("At most a month, in won"), min_value=1, max_value=WON_MOST)
    attendance_least = forms.IntegerField(
        label=_("Attendance that a month asks for, in per cent"), min_value=0, max_value=100, initial=80,
        help_text=_("Nothing is paid for a month with less."),
    )  # fmt: skip
    source = forms.TypedChoiceField(label=_("Funding source"), coerce=int)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(row.pk, in_language(row, "name")) for row in funding.sources(by)]

    def terms(self) -> AidTerms:
        """What the action takes."""
        return AidTerms(**self.cleaned_data | {"unit": AidUnit(self.cleaned_data["unit"])})


class MonthForm(forms.Form):
    """The month of a list."""

    month = forms.CharField(label=_("Month of the list"), max_length=7, help_text=_("For example 2026-05"))
