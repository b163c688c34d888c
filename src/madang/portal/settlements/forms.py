"""What staff fill in about a year's account with a funder."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.funding import queries as funding
from madang.portal.settlements.sentences import ITEMS
from madang.portal.templatetags.madang import in_language

LARGEST = 10**15


class EntryForm(forms.Form):
    """An amount in a source's account, with the paper that it rests on."""

    source = forms.ChoiceField(label=_("Funding source"))
    item = forms.ChoiceField(label=_("What it is"), choices=[(item, _(word)) for item, word in ITEMS.items()])
    amount = forms.IntegerField(label=_("Amount in won"), min_value=1, max_value=LARGEST)
    award = forms.CharField(
        label=_("Number of the award"),
        max_length=60,
        required=False,
        help_text=_("Only for what the funder disallowed of one award"),
    )
    document = forms.CharField(
        label=_("Paper that it rests on"), max_length=200, help_text=_("For example the number and date of the letter")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(row.code, in_language(row, "name")) for row in funding.sources(by)]


class TakeBackForm(forms.Form):
    """Why an entry is taken back."""

    document = forms.CharField(label=_("Paper that it rests on"), max_length=200)
