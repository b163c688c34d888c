"""What is filled in about wage aid: terms, a claim with its paper, and what was decided."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.funding import queries as funding
from madang.portal.templatetags.madang import in_language
from madang.portal.wageclaims import rules
from madang.portal.wageclaims.rules import WageTermsGiven

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WageTermsForm(forms.Form):
    """What a cohort pays companies that hire its graduates."""

    month_won = forms.IntegerField(label=_("Wage aid for a month, in won"), min_value=1, max_value=rules.WON_MOST)
    months_most = forms.IntegerField(
        label=_("For at most so many months of a graduate"), min_value=1, max_value=rules.MONTHS_MOST
    )
    hired_within_days = forms.IntegerField(
        label=_("Hired within so many days after the cohort's last day"), min_value=1, max_value=rules.DAYS_MOST,
        initial=180,
    )  # fmt: skip
    company_most_won = forms.IntegerField(
        label=_("At most to one company for this cohort, in won"), min_value=1, max_value=rules.WON_MOST
    )
    office_needed = forms.BooleanField(
        label=_("Only for companies whose office here is opened"), required=False, initial=True
    )
    source = forms.TypedChoiceField(label=_("Funding source"), coerce=int)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(row.pk, in_language(row, "name")) for row in funding.sources(by)]

    def terms(self) -> WageTermsGiven:
        """What the action takes."""
        return WageTermsGiven(**self.cleaned_data)


class ClaimForm(forms.Form):
    """The months that are claimed, and what shows that the graduate worked there."""

    first_month = forms.CharField(label=_("First month"), max_length=7, help_text=_("For example 2026-05"))
    last_month = forms.CharField(label=_("Last month"), max_length=7, help_text=_("For example 2026-05"))
    employed_on = forms.DateField(
        label=_("Day on which the paper shows the employment"), widget=DAY,
        help_text=_("The last day of the last month, or later."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("The paper"),
        help_text=_("For example the list of those insured at the place of work. Take out the numbers of others."),
    )


class ClaimDecisionForm(forms.Form):
    """Why a claim is refused; a word where it is accepted."""

    why = forms.CharField(label=_("Reason, where it is refused"), max_length=rules.WHY_LIMIT, required=False)
