"""What staff fill in about what the centre spends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.expenses.rules import LENGTHS, MOST_WON, ExpenseKind
from madang.portal.expenses.sentences import KINDS
from madang.portal.expenses.sentences import LENGTHS as LENGTH_WORDS
from madang.portal.resources.queries import pools
from madang.portal.templatetags.madang import in_language


class PeriodForm(forms.Form):
    """The period of a sheet."""

    length = forms.TypedChoiceField(
        label=_("Period"), coerce=int, choices=[(one, _(LENGTH_WORDS[one])) for one in reversed(LENGTHS)]
    )
    first_month = forms.CharField(label=_("First month"), max_length=7, help_text=_("For example 2026-01"))


class ExpenseForm(forms.Form):
    """What was spent on one thing."""

    kind = forms.ChoiceField(label=_("Kind of cost"), choices=[(one.value, _(KINDS[one])) for one in ExpenseKind])
    pool = forms.TypedChoiceField(label=_("Pool"), coerce=int, required=False, empty_value=None)
    amount = forms.IntegerField(label=_("Amount (won)"), min_value=0, max_value=MOST_WON)
    document = forms.CharField(
        label=_("Document that shows it"), max_length=200, help_text=_("For example the number of the closing entry")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(row.pk, in_language(row, "name")) for row in pools(by)]
        self.fields["pool"].choices = [("", _("All pools of GPUs, by their funded hours")), *named]
