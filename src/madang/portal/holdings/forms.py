"""The form that erases an account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class Erase(forms.Form):
    """The address typed once more, so that nobody is erased by a slip."""

    email = forms.CharField(label=_("The e-mail address of the account to erase"), max_length=254)
