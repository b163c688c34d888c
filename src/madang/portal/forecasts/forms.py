"""What is filled in to have a plan simulated, or a quarter played through under another policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.portal.forecasts import queries
from madang.portal.forecasts.rules import MOST_REPLAYS, MOST_UNITS, BenchQuestion, Machine, PartsKind, PolicyKind
from madang.portal.forecasts.sentences import PARTS, POLICIES

# what one server of accelerators usually holds
USUAL_UNITS = 8
LARGEST = 1_000_000


class PlanForm(forms.Form):
    """How often the plan's jobs are drawn, and how many units of each pool a node has."""

    replays = forms.IntegerField(
        label=_("How often to draw"),
        initial=10,
        min_value=1,
        max_value=MOST_REPLAYS,
        help_text=_(
            "Each time the awards' jobs are drawn anew. More draws take longer and say more surely what chance does."
        ),
    )

    def __init__(self, *given: Any, pools: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.codes = [code for code, _name in pools]
        for code, name in pools:
            self.fields[f"units_{code}"] = forms.IntegerField(
                label=gettext("{pool}: units to a node").format(pool=name),
                initial=USUAL_UNITS,
                min_value=1,
                max_value=MOST_UNITS,
                help_text=_("A job of at most so many units stays on one node."),
            )

    @property
    def units(self) -> dict[str, int]:
        """Units to a node by pool."""
        return {code: self.cleaned_data[f"units_{code}"] for code in self.codes}


def _weight(label: Any, initial: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=0, max_value=LARGEST)


class BenchForm(forms.Form):
    """Which jobs, under which policy, on which nodes."""

    pool = forms.ModelChoiceField(label=_("Pool"), queryset=None, empty_label=None)
    quarter = forms.ChoiceField(label=_("Quarter"))
    policy = forms.ChoiceField(
        label=_("Policy"),
        choices=[(one.value, _(POLICIES[one])) for one in PolicyKind],
        widget=forms.RadioSelect,
        initial=PolicyKind.EASY,
    )
    nodes = forms.IntegerField(
        label=_("Nodes to try"),
        required=False,
        min_value=1,
        max_value=MOST_UNITS,
        help_text=_("As many as stood there, where nothing is given."),
    )
    units = forms.IntegerField(label=_("Units to a node"), initial=USUAL_UNITS, min_value=1, max_value=MOST_UNITS)
    parts = forms.ChoiceField(
        label=_("Parts of the machine that kinds of organisations have of their own"),
        choices=[(one.value, _(PARTS[one])) for one in PartsKind],
        initial=PartsKind.PRESENT,
        help_text=_("Where the machine has none, this changes nothing."),
    )
    half_life_days = forms.IntegerField(
        label=_("Days after which past use counts half"),
        initial=7,
        min_value=1,
        max_value=365,
        help_text=_("Of fair share and of multifactor priority."),
    )
    entry_minutes = forms.IntegerField(
        label=_("Minutes that a started job counts at least"),
        initial=5,
        min_value=0,
        max_value=1440,
        help_text=_("Of fair share."),
    )
    age = _weight(_("Weight of waiting time (multifactor)"), 1000)
    size = _weight(_("Weight of size (multifactor)"), 0)
    fair_share = _weight(_("Weight of fair share (multifactor)"), 10_000)

    def __init__(self, *given: Any, pools: Any, quarters: list[tuple[str, datetime, datetime]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.quarters = {name: (first, until) for name, first, until in quarters}
        self.fields["pool"].queryset = pools
        self.fields["pool"].label_from_instance = _pool_name
        self.fields["quarter"].choices = [(name, name) for name in self.quarters]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if {"pool", "quarter", "units"} <= given.keys():
            first, until = self.quarters[given["quarter"]]
            given["present"] = queries.present_units(given["pool"], first, until) // given["units"]
            if not given["present"]:
                self.add_error("quarter", gettext("No capacity is stored for this pool in that quarter."))
        return given

    def question(self) -> BenchQuestion:
        """What was asked, once the form is valid."""
        given = self.cleaned_data
        first, until = self.quarters[given["quarter"]]
        names = ("half_life_days", "entry_minutes", "age", "size", "fair_share", "quarter")
        return BenchQuestion(
            pool=given["pool"].code,
            first=first,
            until=until,
            present=Machine(given["present"], given["units"]),
            asked=Machine(given["nodes"] or given["present"], given["units"]),
            policy=PolicyKind(given["policy"]),
            parts=PartsKind(given["parts"]),
            **{name: given[name] for name in names},
        )


def _pool_name(pool: Any) -> str:
    from madang.portal.templatetags.madang import in_language

    return str(in_language(pool, "name"))
