"""What an owner fills in to answer an offer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class InstalmentsForm(forms.Form):
    """Half of the hours now, half after a report; or all at once."""

    report_on = forms.DateField(
        label=_("The interim report is about the days before"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "From this day on it can be handed in; it is due thirty days later. Empty: all is granted at once."
        ),
        required=False,
    )


class AcceptForm(forms.Form):
    """The offer is taken; the agreement follows."""

    confirm = forms.BooleanField(label=_("We accept the award as it stands and will sign the agreement."))


class DeclineForm(forms.Form):
    """The offer is given up, for good."""

    reason = forms.CharField(label=_("Reason, if you like"), max_length=500, required=False, widget=forms.Textarea)
    confirm = forms.BooleanField(label=_("We give up this award. This cannot be undone."))
