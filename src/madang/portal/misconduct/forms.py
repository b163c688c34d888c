"""What is filled in about misconduct in an evaluation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class FindingForm(forms.Form):
    """What was found, when, and by which decision."""

    found_on = forms.DateField(
        label=_("Found on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The time that the rules of a call keep somebody out counts from this day."),
    )  # fmt: skip
    ground = forms.CharField(
        label=_("What misconduct was found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    reference = forms.CharField(label=_("Number of the decision"), max_length=120)
    comment = forms.CharField(
        label=_("Comment to the approver"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnnulForm(forms.Form):
    """Why it is annulled."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
