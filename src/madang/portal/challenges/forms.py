"""What an applicant fills in to challenge somebody, and what decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ChallengeForm(forms.Form):
    """Whom one challenges, and why."""

    name = forms.CharField(label=_("Name of the person"), max_length=80)
    organisation = forms.CharField(label=_("Where the person works"), max_length=120, required=False)
    reason = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Why a fair review is not to be expected: facts that the centre can check."),
    )


class DecisionForm(forms.Form):
    """Whom a challenge means, whether it is upheld, and on which grounds."""

    reviewer = forms.TypedChoiceField(
        label=_("Whom it means"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect
    )
    upheld = forms.ChoiceField(
        label=_("Decide"), choices=[("yes", _("Upheld")), ("no", _("Dismissed"))], widget=forms.RadioSelect
    )
    decision = forms.CharField(
        label=_("Grounds"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The applicant reads them. Do not say whether the person is a reviewer."),
    )  # fmt: skip

    def __init__(self, *args: Any, namesakes: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(row.pk, f"{row.person.name} · {row.affiliation}") for row in namesakes]
        self.fields["reviewer"].choices = [("", _("Nobody in particular: everybody of that name")), *people]

    def clean_upheld(self) -> bool:
        return bool(self.cleaned_data["upheld"] == "yes")
