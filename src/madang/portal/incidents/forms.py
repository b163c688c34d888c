"""What is filled in about damage and accidents: a report, its next step, a closure because of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field
from madang.portal.incidents import rules
from madang.portal.incidents.sentences import KINDS, SEVERITIES


class IncidentForm(forms.Form):
    """A report, with a photo or another file."""

    kind = forms.ChoiceField(label=_("What it is"), choices=[(value, _(word)) for value, word in KINDS.items()])
    severity = forms.ChoiceField(
        label=_("How bad it is"), choices=[(value, _(word)) for value, word in SEVERITIES.items()]
    )
    what = forms.CharField(label=_("What happened, in a few words"), max_length=rules.WHAT)
    words = forms.CharField(
        label=_("Description"), max_length=rules.WORDS, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was done, what was seen, whether anybody was hurt. Name nobody."),
    )  # fmt: skip
    file = forms.FileField(label=_("Photo or file"), required=False, help_text=_("PDF, DOCX, HWPX, XLSX, PNG or JPEG."))


class IncidentMoveForm(forms.Form):
    """Words to the next step; needed at the end."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    words = forms.CharField(
        label=_("What was done or found"), max_length=rules.WORDS, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class BlockForm(forms.Form):
    """From when until when the facility is closed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    starts_at = instant_field(_("Closed from"))
    ends_at = instant_field(_("Until"))

    def clean(self) -> dict[str, Any]:
        """The two instants in their order."""
        given = super().clean() or {}
        if not self.errors and given["starts_at"] >= given["ends_at"]:
            self.add_error("ends_at", _("The end has to lie after the start."))
        return given
