"""The forms that search the journal and that ask what an export of it is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.portal.journal.deeds import DEEDS
from madang.portal.journal.kinds import DOMAINS, KINDS

# Days whose midnight is an instant on every clock.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
Choice = tuple[str, str]


def _deeds() -> Iterable[tuple[str, str | list[Choice]]]:
    """Every action in words, grouped by the part of the portal; a part's own first choice is all of its actions."""
    yield "", gettext("All actions")
    for domain, codes in groupby(DEEDS, lambda code: code.partition(".")[0]):
        name = gettext(DOMAINS[domain])
        everything = (f"{domain}.", gettext("All of: {part}").format(part=name))
        yield name, [everything, *((code, gettext(DEEDS[code])) for code in codes)]


def _kinds() -> Iterable[Choice]:
    yield "", gettext("Everything")
    yield from sorted(((code, gettext(word)) for code, word in KINDS.items()), key=lambda choice: choice[1])


class Search(forms.Form):
    """Action, actor, subject and days, each as far as it is filled in."""

    did = forms.ChoiceField(label=_("Action"), choices=_deeds, required=False)
    actor = forms.IntegerField(label=_("Person number"), min_value=1, required=False)
    kind = forms.ChoiceField(label=_("On what"), choices=_kinds, required=False)
    number = forms.CharField(
        label=_("Its number"), max_length=64, required=False, validators=[RegexValidator(r"^[^\x00]*$")]
    )
    since = forms.DateField(
        label=_("From this day on"), required=False, widget=forms.DateInput({"type": "date"}), validators=DAYS
    )
    until = forms.DateField(
        label=_("To, this day too"), required=False, widget=forms.DateInput({"type": "date"}), validators=DAYS
    )

    def wanted(self) -> dict[str, Any]:
        """The search as the queries take it: days become instants on the centre's clock."""
        given = dict(self.cleaned_data)
        given["subject"] = f"{given.pop('kind')}:{given.pop('number')}"
        for name, more in (("since", 0), ("until", 1)):
            if given[name]:
                midnight = datetime.combine(given[name] + timedelta(days=more), time(), settings.MADANG_ZONE)
                given[name] = midnight
        return given


class Purpose(forms.Form):
    """Why somebody takes the journal away: kept with the record of the reading."""

    purpose = forms.CharField(label=_("What do you need the file for?"), max_length=200)
