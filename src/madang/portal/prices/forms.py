"""What staff fill in about tariffs and discounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.accounting.currencies import MINOR_DIGITS
from madang.portal.actors import PUBLIC, Actor
from madang.portal.prices import queries
from madang.portal.prices.rules import WON, LimitKind, Vat, quoted_of
from madang.portal.prices.sentences import HOLDERS, LIMIT_KINDS, VATS
from madang.portal.resources import queries as resources

# Far above any price, far below what a database column holds.
LARGEST = 10**12
PER = [(1, _("one unit of the currency")), (100, _("a hundred units of the currency"))]


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class TariffForm(forms.Form):
    """A new price of a product, to be approved by another person."""

    product = forms.TypedChoiceField(label=_("Product"), coerce=int)
    price = forms.IntegerField(
        label=_("Price in won"),
        min_value=0,
        max_value=LARGEST,
        help_text=_(
            "A product held by the month: for one and a month. A product sold by the hour or by the day: for one hour "
            "or day."
        ),
    )
    reference_price = forms.CharField(
        label=_("Market reference price"), max_length=20, help_text=_("What a private cloud asks for the same")
    )
    reference_currency = forms.ChoiceField(
        label=_("Its currency"), choices=[(code, code) for code in MINOR_DIGITS], required=False, initial=WON
    )
    rate = forms.CharField(label=_("Exchange rate in won, if its currency is another"), max_length=20, required=False)
    rate_per = forms.TypedChoiceField(
        label=_("The rate is for"), coerce=int, required=False, empty_value=1, choices=PER
    )
    rate_on = _day(_("Day of the rate"), required=False)
    rate_source = forms.CharField(label=_("Who published the rate"), max_length=200, required=False)
    reference_source = forms.CharField(
        label=_("Where the reference price comes from"), max_length=200, help_text=_("Name the source and its date")
    )
    reference_source_en = forms.CharField(
        label=_("Where the reference price comes from, in English"), max_length=200, required=False
    )
    starts_on = _day(_("In force from"), help_text=_("The price before it ends on this day"))
    vat = forms.ChoiceField(label=_("VAT"), choices=[(one.value, _(VATS[one])) for one in Vat], initial=Vat.NONE)
    vat_permille = forms.IntegerField(
        label=_("VAT rate in thousandths"), min_value=0, max_value=1000, initial=0, help_text=_("100 is 10 percent")
    )
    comment = forms.CharField(label=_("Note for the approver"), max_length=1000, required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = [(row.pk, row.code) for row in resources.products(by) if row.active]

    def values(self) -> dict[str, Any]:
        """What `actions.draft_tariff` takes. Refused as `rules.quoted_of`."""
        given = dict(self.cleaned_data)
        names = {"reference_price": "amount", "rate_per": "per", "rate_on": "day", "rate_source": "source"}
        quoted = {word: given.pop(name) for name, word in names.items()} | {"rate": given.pop("rate")}
        quoted["currency"] = given.pop("reference_currency") or WON
        return given | {"reference_price": quoted_of(**quoted)}


class ApproveForm(forms.Form):
    """The second half of a change of price: approving it."""

    document_number = forms.CharField(
        label=_("Number of the approval document"), max_length=60, help_text=_("From the body's own document system")
    )
    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False)


class RejectForm(forms.Form):
    """The second half of a change of price: turning it down."""

    comment = forms.CharField(label=_("Reason"), max_length=1000)


class DiscountForm(forms.Form):
    """A reduction for organisations that hold an attribute."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as young")
    )
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    applies_to = forms.ChoiceField(label=_("For whom"))
    permille = forms.IntegerField(
        label=_("Reduction in thousandths"), min_value=1, max_value=1000, help_text=_("500 is half, 1000 is free")
    )
    after = forms.ChoiceField(
        label=_("Taken off what this discount left"),
        required=False,
        help_text=_("Counts where a call lets discounts stack in order"),
    )
    sentence_ko = forms.CharField(label=_("Published sentence in Korean"), max_length=300)
    sentence_en = forms.CharField(label=_("Published sentence in English"), max_length=300)
    starts_on = _day(_("Starts on"))
    ends_on = _day(_("Ends on"), required=False, help_text=_("The first day without it; leave empty for no end"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applies_to"].choices = holders()
        self.fields["after"].choices = discounts()


def holders() -> list[tuple[str, Any]]:
    """For whom a rule can be."""
    return [(name, _(HOLDERS[name])) for name in queries.attributes()]


def discounts() -> list[tuple[str, Any]]:
    """What a discount can come after."""
    return [("", _("Off the list price")), *((row.code, row.code) for row in queries.discounts(PUBLIC))]


def limit_figures(cleaned: dict[str, Any]) -> tuple[int, int]:
    """The figure and the years of what was chosen: thousandths, or won over some years."""
    if cleaned["kind"] == LimitKind.CEILING:
        return cleaned["amount"] or 0, cleaned["years"] or 0
    return cleaned["permille"] or 0, 0


class EndDiscountForm(forms.Form):
    """The day from which a discount or a limit no longer applies."""

    ends_on = _day(_("Ends on"), help_text=_("The first day without it"))


def permille() -> forms.IntegerField:
    """A share of the list price."""
    return forms.IntegerField(
        label=_("Thousandths of the list price"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("For a discount or a self-pay part: 100 is a tenth"),
    )


def amount() -> forms.IntegerField:
    """The height of a ceiling."""
    return forms.IntegerField(
        label=_("Most support in won"), min_value=1, max_value=LARGEST, required=False, help_text=_("For a ceiling")
    )


def years() -> forms.IntegerField:
    """The years of a ceiling."""
    return forms.IntegerField(
        label=_("Over how many calendar years"),
        min_value=1,
        max_value=10,
        required=False,
        help_text=_("For a ceiling; 3 is this year and the two before"),
    )


class LimitForm(forms.Form):
    """A self-pay part or a ceiling of support."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as young")
    )
    kind = forms.ChoiceField(label=_("Kind of limit"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    applies_to = forms.ChoiceField(label=_("For whom"), required=False)
    permille, amount, years = permille(), amount(), years()
    sentence_ko = forms.CharField(label=_("Published sentence in Korean"), max_length=300)
    sentence_en = forms.CharField(label=_("Published sentence in English"), max_length=300)
    starts_on = _day(_("Starts on"))
    ends_on = _day(_("Ends on"), required=False, help_text=_("The first day without it; leave empty for no end"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, _(word)) for kind, word in LIMIT_KINDS.items()]
        self.fields["applies_to"].choices = [("", _(HOLDERS[""])), *holders()]

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        plain = {
            name: value for name, value in self.cleaned_data.items() if name not in ("permille", "amount", "years")
        }
        figure, years = limit_figures(self.cleaned_data)
        return plain | {"figure": figure, "years": years}
