"""What staff fill in about supplements and service credits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.entitlements.rules import MOST_HOURS, MOST_WON, EntitlementKind
from madang.portal.entitlements.sentences import KINDS

FIGURES = ("permille", "from_percent", "promise_hours", "won", "cap_permille")


def _number(label: Any, most: int, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False, help_text=help_text)


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


def promise_hours() -> forms.IntegerField:
    """The hours within which a job is to start."""
    return _number(
        _("Promised start within hours"), MOST_HOURS, _("For a service credit: how long a job may wait in the queue")
    )


def won_each() -> forms.IntegerField:
    """What an hour beyond is worth in won."""
    return _number(
        _("Won for each hour beyond"), MOST_WON, _("For a service credit, in place of thousandths of what is due")
    )


def cap() -> forms.IntegerField:
    """The most that comes off a month."""
    return _number(
        _("Cap of a month in thousandths"), 1000, _("For a service credit: the most that comes off what is due")
    )


class EntitlementForm(forms.Form):
    """A rule by which holders of awards get more, with its days and published sentences."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens, such as young")
    )
    kind = forms.ChoiceField(label=_("Kind of rule"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    permille = _number(
        _("Thousandths"),
        1000,
        _(
            "Of a supplement: the most, of what was granted. Of a service credit: of what is due, for each hour "
            "beyond. Of a back charge: of the discounts, 1,000 for all"
        ),
    )
    from_percent = _number(
        _("From this percent of use on"), 100, _("For a supplement: how much of the award must be used first")
    )
    promise_hours, won, cap_permille = promise_hours(), won_each(), cap()
    sentence_ko = forms.CharField(label=_("Published sentence in Korean"), max_length=300)
    sentence_en = forms.CharField(label=_("Published sentence in English"), max_length=300)
    starts_on = _day(_("Starts on"))
    ends_on = _day(_("Ends on"), required=False, help_text=_("The first day without it; leave empty for no end"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, _(word)) for kind, word in KINDS.items()]

    def values(self) -> dict[str, Any]:
        """What the action takes; a figure that was left empty is nought."""
        given = dict(self.cleaned_data)
        figures = {name: given.pop(name) or 0 for name in FIGURES}
        return given | figures | {"kind": EntitlementKind(given["kind"])}
