"""What is filled in about a supplement: what is asked for, granting less, and turning it down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.supplements.queries import Offer
from madang.portal.templatetags.madang import in_language


def _text(label: Any, most: int, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 5}), help_text=help_text)


class AskForm(forms.Form):
    """How much more of which product, and why."""

    product = forms.ChoiceField(label=_("Product"))
    quantity = forms.IntegerField(label=_("How many more"), min_value=1)
    reasons = _text(_("Reasons"), 4000, _("What was reached so far, and what the supplement is needed for."))

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _("{product}: at most {most}")
        self.fields["product"].choices = [
            (one.line.product.code, words.format(product=in_language(one.line.product, "name"), most=one.most))
            for one in offers
        ]


class LowerForm(forms.Form):
    """A smaller quantity than was asked for, and why."""

    quantity = forms.IntegerField(label=_("How many to grant"), min_value=1)
    reason = _text(_("Reasons"), 1000, _("The organisation reads them."))

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quantity"].max_value = most
        self.fields["quantity"].widget.attrs["max"] = most


class TrialForm(forms.Form):
    """A rule on supplements to try on the last months; nothing of it is kept."""

    permille = forms.IntegerField(
        label=_("At most so many thousandths of what was granted"), min_value=1, max_value=1000, initial=500
    )
    from_percent = forms.IntegerField(label=_("From this percent of use on"), min_value=0, max_value=100, initial=50)


class RefuseForm(forms.Form):
    """Why nothing is granted."""

    reason = _text(_("Reasons"), 1000, _("The organisation reads them."))
