"""What an applicant ticks to claim bonus points, and an officer's verdict on a claim."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.templatetags.madang import in_language


class ClaimsForm(forms.Form):
    """Which bonus points are claimed; the version guards the draft."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    claims = forms.MultipleChoiceField(
        label=_("Bonus points that you claim"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rules: Iterable[Any], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["claims"].choices = [(row.code, f"{in_language(row, 'title')} (+{row.points})") for row in rules]


def reason_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class VerdictForm(forms.Form):
    """Confirmed or declined, and why."""

    confirmed = forms.ChoiceField(
        label=_("Verdict"), choices=[("yes", _("Confirm")), ("no", _("Decline"))], widget=forms.RadioSelect
    )
    reason = reason_field(_("The applicant reads it."))

    def clean_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirmed"] == "yes")


class UndoForm(forms.Form):
    """Why a verdict is taken back."""

    reason = reason_field(_("It stays on record beside the verdict."))
