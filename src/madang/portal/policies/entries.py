"""The form of one rule of each kind, of the unit that resources are compared in, and the form that moves numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.portal.policies import wording
from madang.portal.policies.forms import (
    CLASSES,
    FIRST,
    RULE_FIELDS,
    amount_field,
    choices_of,
    named,
    stored,
    where_text,
    wheres,
)
from madang.portal.policies.queries import Terms
from madang.portal.policies.rules import NAME, OVERBOOKED, SCALES, Lever
from madang.portal.policies.sentences import NUMBERS as NUMBER_LABELS
from madang.portal.policies.sentences import WORD_LABELS

LABELS = {"overbooking": "to", "success_band": "band"}


class RuleForm(forms.Form):
    """One rule; sentences that are left empty are worded from the values, in both languages."""

    def __init__(
        self,
        kind: str,
        terms: Terms,
        *given: Any,
        present: Mapping[str, Any] | None = None,
        free: str = "",
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.kind, self.terms = kind, terms
        params = dict(present["params"]) if present else {}
        for one in RULE_FIELDS[kind]:
            param, needed = one.removesuffix("!"), one.endswith("!")
            self.fields[param] = self._field(param, params.get(param), needed=needed, new=present is None)
        own = wording.sentences(kind, params, terms) if present else {}
        for language, label in (("ko", _("Published sentence in Korean")), ("en", _("Published sentence in English"))):
            text = present["sentence"].get(language, "") if present else ""
            self.fields[f"sentence_{language}"] = forms.CharField(
                label=label, max_length=500, required=False, initial="" if text == own.get(language) else text,
                widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Left empty, it is worded from the values."),
            )  # fmt: skip
        self.fields["name"] = forms.RegexField(
            NAME, label=_("Short name"), max_length=40, initial=present["name"] if present else free,
            help_text=_("Small letters, digits and hyphens. It stands in the plan's document."),
        )  # fmt: skip

    def _field(self, param: str, value: Any, *, needed: bool, new: bool) -> forms.Field:
        if param in SCALES:
            within = {"within": OVERBOOKED} if (self.kind, param) == ("overbooking", "thousandths") else {}
            label = _(NUMBER_LABELS[LABELS.get(self.kind, param) if param == "thousandths" else param])
            first = FIRST.get(self.kind, FIRST[param]) if param == "thousandths" else FIRST[param]
            return amount_field(param, first if new else value, label, **within)
        if param == "each":
            return forms.ChoiceField(label=_(WORD_LABELS["each"]), choices=choices_of("each"), initial=value or "month")
        choices, label, initial = self._chosen(param, value)
        open_one = [] if needed else [("", _("All applications") if param == "where" else _("All together"))]
        return forms.ChoiceField(label=label, choices=[*open_one, *choices], initial=initial, required=needed)

    def _chosen(self, param: str, value: Any) -> tuple[list[tuple[str, str]], Any, Any]:
        language = get_language() or "ko"
        if param == "where":
            known, own = wheres(self.terms), where_text(value)
            if own and own not in dict(known):
                known = [*known, (own, wording.who(value, self.terms, language))]
            return known, _("Whom it is about"), own
        if param == "pool":
            return named(self.terms.pools), _("Resource"), value
        if param == "criterion":
            return named(self.terms.criteria), _("Criterion"), value
        classes = ["organisation", *CLASSES] if param == "holder" else list(CLASSES)
        label = _("Nobody of the same") if param == "holder" else _("Compared by")
        return [(code, wording.attribute(code, language)) for code in classes], label, value

    def rule(self) -> dict[str, Any]:
        """The rule as it is kept."""
        given, params = self.cleaned_data, {}
        for one in RULE_FIELDS[self.kind]:
            param = one.removesuffix("!")
            value = given[param]
            if param in SCALES:
                params[param] = stored(param, value)
            elif param == "where" and value:
                params[param] = dict(part.split("=", 1) for part in value.split("&"))
            elif value:
                params[param] = value
        own = wording.sentences(self.kind, params, self.terms)
        sentence = {language: given[f"sentence_{language}"] or own[language] for language in ("en", "ko")}
        return {"name": given["name"], "kind": self.kind, "sentence": sentence, "params": params}


class UnitForm(forms.Form):
    """The unit in which resources are compared: its name, and what a unit of each counts in it."""

    unit = forms.CharField(
        label=_("Name of the unit"), max_length=40, required=False,
        help_text=_("Left empty, a unit of every resource counts alike."),
    )  # fmt: skip

    def __init__(self, terms: Terms, *given: Any, present: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.pools = list(terms.pools)
        self.fields["unit"].initial = (present or {}).get("name", "")
        weights = (present or {}).get("thousandths", {})
        for place, (code, text) in enumerate(named(terms.pools)):
            label = str(_("One unit of {pool} counts")).format(pool=text)
            weight = amount_field("score", weights.get(code, 1000), label, within=(1, 10**9))
            self.fields[f"weight_{place}"] = weight

    def reference(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        if not given["unit"]:
            return None
        weights = {code: stored("score", given[f"weight_{place}"]) for place, code in enumerate(self.pools)}
        return {"name": given["unit"], "thousandths": weights}


class MoveForm(forms.Form):
    """Every number of a plan's policy and rules, to change one and see the difference."""

    def __init__(self, levers: Sequence[Lever], rules: Mapping[str, str], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.levers = {f"lever_{place}": lever for place, lever in enumerate(levers)}
        for field, lever in self.levers.items():
            label = NUMBER_LABELS[LABELS.get(lever.kind, lever.param) if lever.param == "thousandths" else lever.param]
            self.fields[field] = amount_field(
                lever.param, lever.value, _(label), help_text=rules.get(lever.rule, ""), within=(lever.low, lever.high)
            )

    def changes(self) -> dict[str, int]:
        """The values that were written, by the levers' keys."""
        return {lever.key: stored(lever.param, self.cleaned_data[field]) for field, lever in self.levers.items()}
