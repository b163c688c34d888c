"""What staff fill in about reviewers' fees: rates and rules of withholding."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.honoraria.rules import RATE_MOST, WHOLE, IncomeKind, Rate, Withholding
from madang.portal.honoraria.sentences import INCOMES


def _income() -> forms.ChoiceField:
    choices = [(value, _(word)) for value, word in INCOMES.items()]
    return forms.ChoiceField(label=_("Kind of income"), choices=choices)


def _from() -> forms.DateField:
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=_("Counts from"), widget=picker)


def _whole(label: Any, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, **more)


class RateForm(forms.Form):
    """What a call pays from a day on."""

    starts_on = _from()
    sheet_won = _whole(_("For a sheet, in won"), RATE_MOST)
    day_won = _whole(
        _("For a day with a committee, in won"), RATE_MOST,
        help_text=_("It covers the sheets filled in at the meetings of that day."),
    )  # fmt: skip
    income = _income()

    def rate(self) -> Rate:
        """What the action takes."""
        given = self.cleaned_data
        return Rate(given["starts_on"], given["sheet_won"], given["day_won"], IncomeKind(given["income"]))


class WithholdingForm(forms.Form):
    """What is kept back from a day on."""

    income = _income()
    starts_on = _from()
    expense_permille = _whole(_("Part that counts as expenses, per thousand"), WHOLE)
    tax_permille = _whole(_("Income tax on the rest, per thousand"), WHOLE)
    local_permille = _whole(_("Local income tax on the income tax, per thousand"), WHOLE)
    free_won = _whole(_("Income up to which nothing is kept back, in won"), RATE_MOST)
    cut_won = forms.TypedChoiceField(
        label=_("Each tax is cut down to whole"), coerce=int, initial=10,
        choices=[(1, _("1 won")), (10, _("10 won")), (100, _("100 won")), (1000, _("1,000 won"))],
    )  # fmt: skip
    source = forms.CharField(label=_("Where that stands"), max_length=200)

    def rule(self) -> Withholding:
        """What the action takes."""
        given = {name: self.cleaned_data[name] for name in self.cleaned_data if name not in ("source", "income")}
        return Withholding(income=IncomeKind(self.cleaned_data["income"]), **given)
