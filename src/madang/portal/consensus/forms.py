"""What managers, moderators and reviewers fill in for a consensus; the sheet itself is the reviewers' own form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ModeratorForm(forms.Form):
    """Who moderates."""

    moderator = forms.TypedChoiceField(
        label=_("Moderator"), coerce=int, help_text=_("Reviewers whom no conflict of interest bars.")
    )

    def __init__(self, *args: Any, people: Iterable[Any], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["moderator"].choices = [(row.pk, f"{row.person.name} · {row.affiliation}") for row in people]


class AnswerForm(forms.Form):
    """Whether a reviewer agrees to the version that they read, and why not."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    agrees = forms.ChoiceField(
        label=_("Do you agree?"), choices=[("yes", _("I agree")), ("no", _("I object"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to object. The moderator and the other reviewers read it without your name."),
    )  # fmt: skip

    def clean_agrees(self) -> bool:
        return bool(self.cleaned_data["agrees"] == "yes")


class WhyForm(forms.Form):
    """Why a consensus is closed over an objection, or taken up again; the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
