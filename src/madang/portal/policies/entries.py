"""The form of one rule of each kind, of the unit that resources are compared in, and the form that moves numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
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
    conditions,
    named,
    stored,
)
from madang.portal.policies.queries import Terms
from madang.portal.policies.rates import LONGEST_REASON, MEASURED, Measured, Source, measured_ground, own_ground
from madang.portal.policies.rules import NAME, OVERBOOKED, SCALES, Lever
from madang.portal.policies.sentences import CONDITIONS, WORD_LABELS
from madang.portal.policies.sentences import NUMBERS as NUMBER_LABELS

LABELS = {"overbooking": "to", "success_band": "band"}
WHERE = "where_"


class RuleForm(forms.Form):
    """One rule; sentences that are left empty are worded from the values, in both languages.

    `measured` gives what is known of the use of each pool, by source; `ground` what the rule's rate rests on so far.
    """

    def __init__(
        self,
        kind: str,
        terms: Terms,
        *given: Any,
        present: Mapping[str, Any] | None = None,
        free: str = "",
        measured: Mapping[str, Mapping[str, Measured]] | None = None,
        ground: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.kind, self.terms, self.measured = kind, terms, measured or {}
        params = dict(present["params"]) if present else {}
        for one in RULE_FIELDS[kind]:
            param, needed = one.removesuffix("!"), one.endswith("!")
            if param == "where":
                self._add_conditions(params.get(param) or {}, needed=needed)
            elif param in ("rate_from", "reason"):
                self._add_ground(param, ground or {})
            else:
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

    def _add_conditions(self, where: Mapping[str, str], *, needed: bool) -> None:
        """One choice for each thing that a rule can ask of an applicant; those that are chosen hold together."""
        language, known = get_language() or "ko", conditions(self.terms)
        hint = _("All that you choose must hold together. Choose nothing, and the rule is about all applications.")
        hint = _("All that you choose must hold together. Choose at least one.") if needed else hint
        for key in [*known, *(key for key in where if key not in known)]:
            choices, chosen = known.get(key, []), where.get(key)
            if chosen and chosen not in dict(choices):
                # written through the API, or of a track that is no longer there: it stays until somebody changes it
                choices = [*choices, (chosen, wording.one_of(key, chosen, self.terms, language))]
            label = CONDITIONS.get(key, key)
            self.fields[f"{WHERE}{key}"] = forms.ChoiceField(
                label=_(label), choices=[("", _("Any")), *choices], initial=chosen or "", required=False,
                help_text=hint if key == next(iter(known)) else "",
            )  # fmt: skip

    def _add_ground(self, param: str, ground: Mapping[str, Any]) -> None:
        """What a rate of use rests on: a measurement, or a figure of one's own with its reason."""
        if param == "reason":
            hint = _("Needed for a figure of your own; it is shown wherever the rate is.")
            self.fields[param] = forms.CharField(
                label=_("Why this figure"), max_length=LONGEST_REASON, required=False,
                initial=ground.get("reason", ""), help_text=hint, widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip
            return
        sources = [(str(source), self._told(source)) for source in MEASURED]
        anything = next((str(source) for source in MEASURED if self.measured.get(source)), str(Source.OWN))
        before = ground.get("source", anything)
        self.fields[param] = forms.ChoiceField(
            label=_("Where the rate of use is from"),
            choices=[*sources, (str(Source.OWN), _("A figure of your own, written below with its reason"))],
            initial=before if before != Source.MOVED else anything,
            widget=forms.RadioSelect,
            help_text=_("A measured rate is worked out from the book when you save, and kept with both its figures."),
        )

    def _told(self, source: str) -> str:
        """A way of measuring with what it gives for each pool."""
        language = get_language() or "ko"
        words = {
            Source.ENDED: _("Measured on awards that ran to their end in the last three years"),
            Source.QUARTERS: _("Measured on all awards of the last four whole quarters"),
        }
        found = [
            (wording.name(self.terms.pools, code, language), self.measured.get(source, {}).get(code))
            for code in self.terms.pools
        ]
        return f"{words[Source(source)]} ({'; '.join(_measured(pool, one) for pool, one in found)})"

    def _field(self, param: str, value: Any, *, needed: bool, new: bool) -> forms.Field:
        if param in SCALES:
            within = {"within": OVERBOOKED} if (self.kind, param) == ("overbooking", "thousandths") else {}
            label = _(NUMBER_LABELS[LABELS.get(self.kind, param) if param == "thousandths" else param])
            first = FIRST.get(self.kind, FIRST[param]) if param == "thousandths" else FIRST.get(param)
            if param == "rate":
                within = {"required": False, "help_text": _("Only for a figure of your own.")}
            return amount_field(param, first if new else value, label, **within)
        if param == "each":
            return forms.ChoiceField(label=_(WORD_LABELS["each"]), choices=choices_of("each"), initial=value or "month")
        choices, label, initial = self._chosen(param, value)
        open_one = [] if needed else [("", _("All together"))]
        return forms.ChoiceField(label=label, choices=[*open_one, *choices], initial=initial, required=needed)

    def _chosen(self, param: str, value: Any) -> tuple[list[tuple[str, str]], Any, Any]:
        language = get_language() or "ko"
        if param == "pool":
            return named(self.terms.pools), _("Resource"), value
        if param == "criterion":
            return named(self.terms.criteria), _("Criterion"), value
        classes = ["organisation", *CLASSES] if param == "holder" else list(CLASSES)
        label = _("Nobody of the same") if param == "holder" else _("Compared by")
        return [(code, wording.attribute(code, language)) for code in classes], label, value

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "where!" in RULE_FIELDS[self.kind] and not self._where():
            self.add_error(f"{WHERE}track", _("Choose at least one: this rule is about a part of the applications."))
        if given.get("rate_from") == Source.OWN and "rate" not in self.errors and given.get("rate") is None:
            self.add_error("rate", _("Write the rate, or choose a measured one."))
        return given

    def _where(self) -> dict[str, str]:
        given = self.cleaned_data
        return {
            name.removeprefix(WHERE): given[name] for name in self.fields if name.startswith(WHERE) and given.get(name)
        }

    def ground(self, on: date) -> dict[str, Any] | None:
        """What the rate rests on, with what was measured on that day; None for a rule without a rate.

        Refused "rate_not_measured", "rate_without_reason".
        """
        if "rate_from" not in self.fields:
            return None
        given = self.cleaned_data
        if given["rate_from"] == Source.OWN:
            return own_ground(given["reason"])
        pool = given["pool"]
        name = wording.name(self.terms.pools, pool, get_language() or "ko")
        return measured_ground(given["rate_from"], self.measured.get(given["rate_from"], {}).get(pool), on, name)

    def rule(self) -> dict[str, Any]:
        """The rule as it is kept, once `ground` has not refused."""
        given, params = self.cleaned_data, {}
        for one in RULE_FIELDS[self.kind]:
            param = one.removesuffix("!")
            if param == "where":
                params |= {"where": where} if (where := self._where()) else {}
            elif param == "rate":
                params[param] = self._rate()
            elif param in SCALES:
                params[param] = stored(param, given[param])
            elif param not in ("rate_from", "reason") and given[param]:
                params[param] = given[param]
        own = wording.sentences(self.kind, params, self.terms)
        sentence = {language: given[f"sentence_{language}"] or own[language] for language in ("en", "ko")}
        return {"name": given["name"], "kind": self.kind, "sentence": sentence, "params": params}

    def _rate(self) -> int:
        given = self.cleaned_data
        if given["rate_from"] == Source.OWN:
            return stored("rate", given["rate"])
        return self.measured[given["rate_from"]][given["pool"]].rate


def _measured(pool: str, found: Measured | None) -> str:
    if found is None:
        return str(_("{pool}: nothing measured yet")).format(pool=pool)
    shown = {"pool": pool, "rate": wording.figure(found.rate, 10), "awards": found.awards}
    if found.few:
        return str(_("{pool}: {rate} %, on {awards} awards only")).format(**shown)
    return str(_("{pool}: {rate} %, on {awards} awards")).format(**shown)


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
