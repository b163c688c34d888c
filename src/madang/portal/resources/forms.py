"""What staff fill in about pools, capacity and products."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import Actor
from madang.portal.resources import queries
from madang.portal.resources.rules import Capacity, Grain, PoolUnit, months_between
from madang.portal.resources.sentences import GRAINS, UNIT_NAMES

LARGEST = 1_000_000
MONTHS_AT_ONCE = 60


class PoolForm(forms.Form):
    """A new pool."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as h100")
    )
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    unit = forms.ChoiceField(label=_("Counted in"), choices=[(unit.value, _(UNIT_NAMES[unit])) for unit in PoolUnit])
    grain = forms.ChoiceField(
        label=_("Sold"),
        choices=[(grain.value, _(GRAINS[grain])) for grain in Grain],
        help_text=_(
            "By the month its capacity counts units; by the hour it counts hours of a unit in a month. Facilities are "
            "sold by the hour or by the day."
        ),
    )
    backend_type = forms.CharField(
        label=_("Type at the cluster"), max_length=30, required=False, help_text=_("What the cluster calls these GPUs")
    )
    runs_jobs = forms.BooleanField(label=_("Jobs are submitted to this pool here"), required=False)


class ProductForm(forms.Form):
    """A new product of a pool."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as h100")
    )
    pool = forms.ChoiceField(label=_("Pool"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    grain = forms.ChoiceField(label=_("Sold"), choices=[(grain.value, _(GRAINS[grain])) for grain in Grain])
    units = forms.IntegerField(
        label=_("Units of the pool in one"),
        min_value=1,
        max_value=LARGEST,
        initial=1,
        help_text=_("8 for a server with eight GPUs; 1 for a product sold by the hour or day"),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"].choices = [(pool.pk, pool.code) for pool in queries.pools(by)]


class CapacityForm(forms.Form):
    """Physical and funded units of one pool in one month; the version says which state was edited."""

    month = forms.CharField(label=_("Month"), max_length=7, help_text=_("Year and month, such as 2026-05"))
    physical = forms.IntegerField(label=_("Units that stand there"), min_value=0, max_value=LARGEST)
    funded = forms.IntegerField(label=_("Units with operating money"), min_value=0, max_value=LARGEST)
    last_month = forms.CharField(
        label=_("Through month"), max_length=7, required=False, help_text=_("Leave empty to set one month only")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Both months are months, the last not before the first, and not so many that it must be a slip."""
        given = super().clean() or {}
        first = given.get("month", "")
        try:
            count = len(months_between(first, given.get("last_month") or first))
        except Refused as refused:
            raise forms.ValidationError(refusals.sentence(refused)) from refused
        if not 1 <= count <= MONTHS_AT_ONCE:
            raise forms.ValidationError(_("Set from one month to sixty at once, the last not before the first."))
        return given

    def months(self) -> dict[str, Capacity]:
        """The months from the first to the last given, each with the same figures; the first with its version."""
        given = self.cleaned_data
        first, last = given["month"], given["last_month"] or given["month"]
        versions = {first: given["version"]}
        return {
            month: Capacity(given["physical"], given["funded"], version=versions.get(month))
            for month in months_between(first, last)
        }
