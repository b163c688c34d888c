"""The form that searches the journal."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# Days whose midnight is an instant on every clock.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class Search(forms.Form):
    """Action, actor, subject and days, each as far as it is filled in."""

    did = forms.CharField(label=_("Action"), max_length=60, required=False, help_text=_("Its start, such as calls."))
    actor = forms.IntegerField(label=_("Person number"), min_value=1, required=False)
    subject = forms.CharField(
        label=_("On what"), max_length=110, required=False, help_text=_("Kind, or kind and number: call, or call:12")
    )
    since = forms.DateField(
        label=_("From this day on"), required=False, widget=forms.DateInput({"type": "date"}), validators=DAYS
    )
    until = forms.DateField(
        label=_("To, this day too"), required=False, widget=forms.DateInput({"type": "date"}), validators=DAYS
    )

    def wanted(self) -> dict[str, Any]:
        """The search as the queries take it: days become instants on the centre's clock."""
        given = dict(self.cleaned_data)
        for name, more in (("since", 0), ("until", 1)):
            if given[name]:
                midnight = datetime.combine(given[name] + timedelta(days=more), time(), settings.MADANG_ZONE)
                given[name] = midnight
        return given
