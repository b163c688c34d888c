"""Why a sheet is opened again, and until when."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field


class ReopenForm(forms.Form):
    """The reason, which the reviewer reads, and the new due date."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The reviewer reads it."),
    )
    due_at = instant_field(_("Due"))
