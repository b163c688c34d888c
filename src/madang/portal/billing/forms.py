"""What people fill in about statements: a month, what a download is for, and a rule to try on past ones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.entitlements import forms as entitlements
from madang.portal.entitlements.rules import WAIT_CREDIT
from madang.portal.entitlements.sentences import KINDS
from madang.portal.prices import forms as prices
from madang.portal.prices.rules import DISCOUNT
from madang.portal.prices.sentences import HOLDERS, LIMIT_KINDS


class MonthForm(forms.Form):
    """The month to work out."""

    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$", label=_("Month"), max_length=7, help_text=_("Year and month, such as 2026-05")
    )


class PurposeForm(forms.Form):
    """Why somebody who is not of the organisation downloads its statement."""

    purpose = forms.CharField(
        label=_("What do you need the file for?"),
        min_length=5,
        max_length=200,
        help_text=_("It is kept with your name and the time for two years."),
    )


class TrialForm(forms.Form):
    """A rule to try on the last months; nothing of it is kept."""

    kind = forms.ChoiceField(label=_("What to try"))
    applies_to = forms.ChoiceField(label=_("For whom"), required=False)
    permille, amount, years = prices.permille(), prices.amount(), prices.years()
    after = forms.ChoiceField(label=_("Taken off what this discount left"), required=False)
    promise_hours, won, cap_permille = entitlements.promise_hours(), entitlements.won_each(), entitlements.cap()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {DISCOUNT: _("Discount"), **{kind: _(word) for kind, word in LIMIT_KINDS.items()}}
        self.fields["kind"].choices = [*kinds.items(), (WAIT_CREDIT, _(KINDS[WAIT_CREDIT]))]
        self.fields["applies_to"].choices = [("", _(HOLDERS[""])), *prices.holders()]
        self.fields["after"].choices = prices.discounts()
        # the same figure is a share of what is due where waits are credited
        self.fields["permille"].help_text = _(
            "For a discount or a self-pay part: 100 is a tenth. For a service credit: of what is due, each hour beyond"
        )

    def values(self) -> dict[str, Any]:
        """What `trials.rule_of` takes."""
        figure, years = prices.limit_figures(self.cleaned_data)
        plain = {name: self.cleaned_data[name] for name in ("kind", "applies_to", "after")}
        waits = {name: self.cleaned_data[name] or 0 for name in ("promise_hours", "won", "cap_permille")}
        return plain | waits | {"figure": figure, "years": years}
