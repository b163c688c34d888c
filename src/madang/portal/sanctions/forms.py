"""What is filled in about sanctions: rates and days, a finding, an answer, less of it, dropping it, an appeal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.calls.forms import month_field
from madang.portal.sanctions import queries
from madang.portal.sanctions.rules import (
    LEAST_DAYS,
    MOST_DAYS,
    MOST_MONTHS,
    MOST_PERMILLE,
    WHOLE,
    SanctionAct,
    SanctionGround,
)
from madang.portal.sanctions.sentences import GROUNDS
from madang.portal.settlements.rules import FIRST_YEAR, LAST_YEAR
from madang.portal.templatetags.madang import in_language

LARGEST = 10**15
TIMES = MOST_PERMILLE // WHOLE
# what the form offers first: the figures of the Korean decree on recovering public money
USUAL = {
    "answer_days": 10, "appeal_days": 30, "pay_days": 30, "false_times": 5, "excess_times": 3, "other_times": 2,
    "ban_months": 60,
}  # fmt: skip


OWN = {
    SanctionAct.RECOVERY: {"source", "year", "base"},
    SanctionAct.SURCHARGE: {"source", "year", "base"},
    SanctionAct.BACK_CHARGE: {"rule", "first_month", "last_month"},
    SanctionAct.BAN: {"months"},
}


def _text(label: Any, length: int = 1000, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.Textarea(attrs={"rows": 5}), help_text=help_text
    )


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=LEAST_DAYS, max_value=MOST_DAYS)


def _times(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=0, max_value=TIMES, decimal_places=3, help_text=_("So many times the gain; 0 for none.")
    )


class TermsForm(forms.Form):
    """The days, rates and longest ban that count from a day on."""

    answer_days = _days(_("Days to answer a notice"))
    appeal_days = _days(_("Days to appeal"))
    pay_days = _days(_("Days to pay"))
    false_times = _times(_("Surcharge for a false claim"))
    excess_times = _times(_("Surcharge for claiming too much"))
    other_times = _times(_("Surcharge for another use"))
    ban_months = forms.IntegerField(label=_("Longest ban, in months"), min_value=1, max_value=MOST_MONTHS)
    starts_on = _day(_("In force from"))
    document = forms.CharField(label=_("Law or rule that it rests on"), max_length=200)

    @property
    def figures(self) -> dict[str, Any]:
        """What the action takes, once it is valid: surcharges in permille."""
        given = dict(self.cleaned_data)
        for name in ("false", "excess", "other"):
            given[f"{name}_permille"] = int(given.pop(f"{name}_times") * WHOLE)
        return given


class FindingForm(forms.Form):
    """What was found; the fields stand in it by the act (`OWN`)."""

    ground = forms.ChoiceField(
        label=_("Ground of the act"), choices=[(one.value, _(GROUNDS[one])) for one in SanctionGround]
    )
    done_on = _day(_("Day on which it happened"), help_text=_("The rates and longest ban of this day count."))
    award = forms.TypedChoiceField(label=_("Award"), coerce=int, empty_value=None, required=False)
    source = forms.TypedChoiceField(label=_("Funding source"), coerce=int, empty_value=None)
    year = forms.IntegerField(label=_("Fiscal year of the support"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    base = forms.IntegerField(label=_("Support to recover, in won"), min_value=1, max_value=LARGEST)
    rule = forms.TypedChoiceField(
        label=_("Rule of the back charge"),
        coerce=int,
        empty_value=None,
        help_text=_("It has to be in force on the day on which it happened."),
    )
    first_month = month_field(_("First month of use"))
    last_month = month_field(
        _("Last month of use"),
        help_text=_("Only months whose statement is issued count; what comes later needs another."),
    )
    months = forms.IntegerField(label=_("Months of the ban"), min_value=1, max_value=MOST_MONTHS)
    finding = _text(_("What was found against it"), 4000, _("The organisation reads it in the notice."))
    evidence = forms.CharField(
        label=_("Papers that show it"), max_length=300, help_text=_("For example number and date of the report")
    )

    def __init__(self, *args: Any, by: Actor, organisation: int, act: SanctionAct, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        awards = [(row.pk, row.number) for row in queries.awards_of(by, organisation)]
        self.fields["award"].choices = [("", _("None in particular")), *awards] if act is SanctionAct.BAN else awards
        self.fields["source"].choices = [(row.pk, in_language(row, "name")) for row in queries.sources(by)]
        self.fields["rule"].choices = [
            (row.pk, f"{in_language(row, 'name')} ({row.starts_on:%Y-%m-%d} –)")
            for row in queries.back_charge_rules(by)
        ]
        for name in {one for of, names in OWN.items() if of != act for one in names} - OWN[act]:
            del self.fields[name]
        if act is SanctionAct.SURCHARGE:
            self.fields["base"].label = _("Unjust gain, in won")
            self.fields["base"].help_text = _(
                "The surcharge is worked out from it. What was returned before any notice bears none."
            )
            self.fields["ground"].choices = [
                (one.value, _(GROUNDS[one])) for one in SanctionGround if one != SanctionGround.BREACH
            ]


class TextForm(forms.Form):
    """What an organisation says to a notice, or in an appeal; sent once."""

    text = _text(_("Your view and your reasons"), 4000, _("It can be sent once."))


class LessForm(forms.Form):
    """How much is asked for after the organisation was heard, below what the notice said."""

    figure = forms.IntegerField(min_value=1)
    reason = _text(_("Reasons"), help_text=_("The organisation reads them."))

    def __init__(self, *args: Any, act: str, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("Months of the ban") if act == SanctionAct.BAN else _("Amount in won")
        self.fields["figure"] = forms.IntegerField(label=words, min_value=1, max_value=most)


class ReasonForm(forms.Form):
    """Why it is dropped."""

    reason = _text(_("Reasons"), help_text=_("The organisation reads them where it had notice."))
