"""The days to list, and what tax invoices name an organisation by."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DaysForm(forms.Form):
    """From which day to which, both counted."""

    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))


class PartyForm(forms.Form):
    """Representative, address, kind of business and e-mail, as the business registration says."""

    representative = forms.CharField(
        label=_("Representative"), max_length=60, help_text=_("As the certificate of business registration says")
    )
    address = forms.CharField(label=_("Address of the business"), max_length=150)
    business_type = forms.CharField(label=_("Type of business"), max_length=60, required=False)
    business_item = forms.CharField(label=_("Item of business"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail address for tax invoices"), max_length=100)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
