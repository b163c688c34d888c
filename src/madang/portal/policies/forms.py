"""What an official fills in to write a policy without code: its kind's numbers, its names, and one rule of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.allocation.policies import BRACKETS, FUNCTIONS, TIES
from madang.portal.policies import wording
from madang.portal.policies.queries import Terms
from madang.portal.policies.rules import DEFAULTS, NUMBERS, NUMBERS_OF, RANGES, SCALES
from madang.portal.policies.sentences import NUMBERS as NUMBER_LABELS
from madang.portal.policies.sentences import WORD_LABELS, WORDS

MOST_BRACKETS = 5
# The fields of each kind of rule; a mark of ! says that it cannot be left open.
RULE_FIELDS: Mapping[str, tuple[str, ...]] = {
    "budget": ("where", "pool!", "units", "each"),
    "share_at_least": ("where!", "thousandths", "pool"),
    "share_at_most": ("holder!", "thousandths", "pool", "where"),
    "success_band": ("attribute!", "thousandths", "where"),
    "preference": ("where", "points"),
    "reserve": ("pool!", "thousandths"),
    "minimum_score": ("where", "score"),
    "minimum_criterion": ("where", "criterion!", "score"),
    "no_envy": ("attribute",),
    "overbooking": ("pool!", "thousandths", "rate_from", "rate", "reason", "risk"),
}
FIRST = {
    "thousandths": 300, "rate": 700, "risk": 50, "score": 60_000, "points": 3_000, "units": 100,
    "overbooking": 1_200, "success_band": 100,
}  # fmt: skip
WHOLE = ("units", "free", "turn", "power")
CLASSES = ("track", "region", "kind", "outside_capital", "youth")


def amount_field(param: str, value: int | None, label: Any = None, **given: Any) -> forms.Field:
    """A whole number as people write it: thousandths as per cent, thousandths of a point as points."""
    low, high = given.pop("within", RANGES[param])
    scale = SCALES[param]
    shown = {"label": label or _(NUMBER_LABELS[param]), **given}
    if param in WHOLE:
        return forms.IntegerField(min_value=low, max_value=high, initial=value, **shown)
    places = len(str(scale)) - 1
    widget = forms.NumberInput(attrs={"step": str(Decimal(1) / scale)})
    return forms.DecimalField(
        min_value=Decimal(low) / scale,
        max_value=Decimal(high) / scale,
        decimal_places=places,
        initial=None if value is None else wording.figure(value, scale).replace(",", "").replace("−", "-"),
        widget=widget,
        **shown,
    )


def stored(param: str, value: Any) -> int:
    """The inverse: what was written, as the whole number that is kept."""
    return int(value * SCALES[param])


def _lang() -> str:
    return get_language() or "ko"


def choices_of(group: str) -> list[tuple[str, Any]]:
    """The words of a group as a field's choices."""
    return [(value, _(text)) for value, text in WORDS[group].items()]


def named(names: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Codes with their names as a field's choices."""
    return [(code, wording.name(dict(names), code, _lang())) for code in names]


def conditions(terms: Terms) -> dict[str, list[tuple[str, str]]]:
    """By what a rule can choose whom it is about, each with its values in words."""
    values = {
        "track": list(terms.tracks),
        "kind": list(terms.kinds),
        "region": list(terms.regions),
        "outside_capital": ["yes", "no"],
        "youth": ["yes", "no"],
    }
    return {
        key: [(value, wording.one_of(key, value, terms, _lang())) for value in found] for key, found in values.items()
    }


def _only_for(formula: str) -> str:
    return str(_("Counts for this formula alone: {formula}")).format(formula=_(formula))


class PolicyForm(forms.Form):
    """The names with the numbers and words of one kind of policy; sensible values stand there to begin with."""

    name_ko = forms.CharField(label=_("Name in Korean"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)

    def __init__(self, kind: str, terms: Terms, *given: Any, present: Mapping[str, Any] | None = None, **more: Any):
        super().__init__(*given, **more)
        self.kind, self.terms = kind, terms
        values = dict(present or vars(DEFAULTS[kind]))
        for group in ("overflow", "function", "below", "measure", "aim"):
            if group in values:
                self.fields[group] = forms.ChoiceField(
                    label=_(WORD_LABELS[group]), choices=choices_of(group), initial=values[group]
                )
        if kind == "fair":
            classes = [(code, wording.attribute(code, _lang())) for code in CLASSES]
            self.fields["attribute"] = forms.ChoiceField(
                label=_("Equal between"), choices=classes, initial=values["attribute"]
            )
        used_by = {one: WORDS["function"][word] for word, group in NUMBERS_OF.items() for one in group}
        for param in NUMBERS[kind]:
            hint = _only_for(used_by[param]) if kind == "scaled" else ""
            self.fields[param] = amount_field(param, int(values[param]), help_text=hint)
        if kind == "scaled":
            self._add_brackets(list(values.get("brackets", ())))
        self._add_ties(list(values["ties"]))

    def _add_brackets(self, present: list[Any]) -> None:
        for place in range(MOST_BRACKETS):
            one = present[place] if place < len(present) else None
            upto, keep = (one["upto"], one["keep"]) if isinstance(one, Mapping) else (None, None)
            label = _("Bracket {n}: up to so many units × months (empty in the last: all beyond)")
            self.fields[f"upto_{place}"] = forms.IntegerField(
                label=str(label).format(n=place + 1), min_value=1, max_value=10**9, required=False, initial=upto,
                help_text=_only_for(WORDS["function"][BRACKETS]),
            )  # fmt: skip
            keeps = str(_("Bracket {n}: keeps, in per cent")).format(n=place + 1)
            self.fields[f"keep_{place}"] = amount_field("floor", keep, keeps, required=False)

    def _add_ties(self, present: list[str]) -> None:
        known = {
            "score": _("Score"),
            "criteria": _("Points by criterion"),
            "smaller_ask": _("The smaller ask first"),
            "lottery": _("Lottery"),
        }
        own = [(f"criterion:{code}", text) for code, text in named(self.terms.criteria)]
        choices = [("", _("Nothing more: a lottery")), *((key, known[key]) for key in TIES), *own]
        for place in range(4):
            initial = present[place] if place < len(present) else ""
            self.fields[f"tie_{place}"] = forms.ChoiceField(
                label=str(_("Equals, comparison {n}")).format(n=place + 1),
                choices=choices,
                initial=initial,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.kind == "tiers" and (given.get("lottery") or 0) > (given.get("whole") or 0):
            self.add_error("lottery", _("The lottery cannot begin above the score from which everybody is served."))
        if self.kind == "scaled" and None not in (given.get("low"), given.get("high")):
            if given["low"] >= given["high"]:
                self.add_error("high", _("Everything must be reached at more points than nothing."))
            if given.get("function") == BRACKETS and given.get("keep_0") is None:
                self.add_error("keep_0", _("Brackets are needed: say what the first one keeps."))
        return given

    def document(self) -> dict[str, Any]:
        """The policy as the library reads it."""
        given, kind = self.cleaned_data, self.kind
        ties = list(dict.fromkeys(key for n in range(4) if (key := given[f"tie_{n}"])))
        found: dict[str, Any] = {"policy": kind, "ties": ties}
        words = ("overflow", "function", "below", "measure", "aim", "attribute")
        found |= {key: given[key] for key in words if key in self.fields}
        found |= {key: stored(key, given[key]) for key in NUMBERS[kind]}
        if found.get("function") in FUNCTIONS:
            rows = [(given[f"upto_{n}"], given[f"keep_{n}"]) for n in range(MOST_BRACKETS)]
            kept = [{"upto": upto, "keep": stored("floor", keep)} for upto, keep in rows if keep is not None]
            found |= {"brackets": kept} if kept else {}
        return found
