"""What people fill in about statements: a month, and what a download is for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class MonthForm(forms.Form):
    """The month to work out."""

    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$", label=_("Month"), max_length=7, help_text=_("Year and month, such as 2026-05")
    )


class PurposeForm(forms.Form):
    """Why somebody who is not of the organisation downloads its statement."""

    purpose = forms.CharField(
        label=_("What do you need the file for?"),
        min_length=5,
        max_length=200,
        help_text=_("It is kept with your name and the time for two years."),
    )
