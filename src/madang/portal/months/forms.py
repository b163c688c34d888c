"""What staff fill in about months of the books: why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a difference is decided as it is."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("It is kept with your name and stands in the check.")
    )
