"""What a programme manager fills in to have a plan solved."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.plans.rules import PolicyChoice
from madang.portal.plans.sentences import POLICIES


class ProposeForm(forms.Form):
    """The policy, and the seed of the lottery that breaks last ties."""

    policy = forms.ChoiceField(
        label=_("Policy"), choices=[(one.value, _(POLICIES[one])) for one in PolicyChoice], widget=forms.RadioSelect
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        max_value=2**53,
        help_text=_("Decides the lottery between equals. Agree on it before, or take one that nobody controls."),
    )
