"""What is filled in about transfers: a rate, what an owner gives, and a decision with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.resources import queries as resources
from madang.portal.resources.rules import Grain
from madang.portal.templatetags.madang import in_language
from madang.portal.transfers.offers import Offer
from madang.portal.transfers.rules import MOST_HOURS
from madang.values import SECONDS_PER_HOUR


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


def _hours(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=MOST_HOURS)


def _permille(label: Any, help_text: Any, least: int, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=1000, help_text=help_text, initial=initial)


class RateForm(forms.Form):
    """A rate with its days and published sentences."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as h100-b200")
    )
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    pool = forms.ChoiceField(label=_("From the pool"))
    gives = _hours(_("Hours that go out"))
    product = forms.ChoiceField(label=_("To the product"))
    gets = _hours(_("Hours that come in for them"))
    least_permille = _permille(
        _("Least share in thousandths"), _("Of what the award was given of the pool, in one transfer"), 0, 0
    )
    most_permille = _permille(
        _("Largest share in thousandths"), _("Of what the award was given of the pool, in all transfers"), 1, 1000
    )
    needs_approval = forms.BooleanField(label=_("A programme manager decides on each transfer"), required=False)
    back = forms.BooleanField(label=_("What came in may go back at the same rate"), required=False)
    sentence_ko = forms.CharField(label=_("Published sentence in Korean"), max_length=300)
    sentence_en = forms.CharField(label=_("Published sentence in English"), max_length=300)
    starts_on = _day(_("Starts on"))
    ends_on = _day(_("Ends on"), required=False, help_text=_("The first day without it; leave empty for no end"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pools = resources.pools(by).filter(grain=Grain.HOUR)
        self.fields["pool"].choices = [(row.code, in_language(row, "name")) for row in pools]
        products = resources.products(by).filter(active=True)
        self.fields["product"].choices = [(row.code, in_language(row, "name")) for row in products]


class EndRateForm(forms.Form):
    """The first day without the rate."""

    ends_on = _day(_("Ends on"), help_text=_("The first day without it"))


class AskForm(forms.Form):
    """What an owner gives, at which rate or back; it is looked at before it is sent."""

    way = forms.ChoiceField(label=_("Transfer"))
    hours = forms.IntegerField(
        label=_("Hours to give"), min_value=1, help_text=_("No more is taken than what comes in for it needs.")
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed where a programme manager decides"),
    )

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("{pool} to {product}: {gives} for {gets}, at most {most} hours")
        back = _("Back from {pool} to {product}: {gives} for {gets}, at most {most} hours")
        self.fields["way"].choices = [
            (
                one.key,
                (back if one.back_of else words).format(
                    pool=in_language(one.pool, "name"),
                    product=in_language(one.product, "name"),
                    gives=f"{one.terms.gives:,}",
                    gets=f"{one.terms.gets:,}",
                    most=f"{one.most // SECONDS_PER_HOUR:,}",
                ),
            )
            for one in offers
        ]


class DecideForm(forms.Form):
    """Why it is exchanged, or not."""

    reason = forms.CharField(
        label=_("Reasons"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The organisation reads them."),
    )
