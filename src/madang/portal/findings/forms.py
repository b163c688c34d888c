"""What an officer says of a possible match."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    """Whether it is the same person, what shows it, and what was looked at."""

    rests_on = forms.CharField(widget=forms.HiddenInput)
    same = forms.ChoiceField(
        label=_("What did you find?"),
        choices=[
            ("yes", _("The reviewer is this person, or as close: barred")),
            ("no", _("They are two different people: not barred")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What shows it"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as two dates of birth that you have seen, or an answer by telephone; write no birth date."),
    )  # fmt: skip

    def clean_same(self) -> bool:
        return bool(self.cleaned_data["same"] == "yes")
