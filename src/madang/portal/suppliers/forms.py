"""What staff fill in about suppliers, contracts and the month to work out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.billing.forms import MonthForm
from madang.portal.resources.queries import pools
from madang.portal.suppliers import queries
from madang.portal.suppliers.rules import SupplyKind
from madang.portal.suppliers.sentences import KINDS


class SupplierForm(forms.Form):
    """A supplier's short name and name."""

    code = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Small letters, digits and hyphens."))
    name = forms.CharField(label=_("Name"), max_length=120)


class ContractForm(forms.Form):
    """A price for a pool from a month on."""

    supplier = forms.ChoiceField(label=_("Supplier"))
    pool = forms.ChoiceField(label=_("Pool"))
    kind = forms.ChoiceField(label=_("Paid for"), choices=[(one.value, _(KINDS[one])) for one in SupplyKind])
    first_month = forms.CharField(label=_("From the month"), max_length=7, help_text=_("For example 2026-05"))
    price = forms.IntegerField(
        label=_("Price in won without VAT"), min_value=0, max_value=10**12, help_text=_("Nought ends it.")
    )
    units = forms.IntegerField(
        label=_("Units kept"), min_value=0, max_value=10**6, required=False, help_text=_("Only for a price a month")
    )
    document = forms.CharField(label=_("The contract's document"), max_length=200)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].choices = [(row.pk, row.name) for row in queries.suppliers(by)]
        self.fields["pool"].choices = [(row.pk, row.code) for row in pools(by)]

    def values(self) -> dict[str, Any]:
        """What `actions.set_contract` takes."""
        given = self.cleaned_data
        ids = {name: int(given[name]) for name in ("supplier", "pool")}
        return given | ids | {"kind": SupplyKind(given["kind"]), "units": given["units"] or 0}


class OwedForm(MonthForm):
    """The supplier and the month to work out."""

    supplier = forms.ChoiceField(label=_("Supplier"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].choices = [(row.pk, row.name) for row in queries.suppliers(by)]
