"""What an official fills in about a published call: a correction notice, a consent text, the next step of an intake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.rules import CORRECTABLE, FieldKind, target
from madang.portal.calls.texts import field_label

LOCAL = "%Y-%m-%dT%H:%M"

# Instants that stand on every clock.
INSTANTS = [
    MinValueValidator(datetime(1900, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(2999, 12, 31, tzinfo=UTC)),
]


def instant_field(label: Any, **given: Any) -> forms.DateTimeField:
    """An instant to the minute on the centre's clock."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
    formats = [LOCAL, "%Y-%m-%dT%H:%M:%S"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, validators=INSTANTS, **given)


def month_field(label: Any, **given: Any) -> forms.RegexField:
    """A calendar month written YYYY-MM."""
    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-05"})
    return forms.RegexField(r"^20[0-9]{2}-(0[1-9]|1[0-2])$", label=label, widget=widget, **given)


def long_text(label: Any, **given: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 6}), **given)


def correctable(call: Any) -> list[tuple[str, str]]:
    """Every field of a call that a correction may change, with its label; `call` comes from `queries.whole`."""
    found = [("call", "")]
    found += [("intake", str(intake.number)) for intake in call.intakes.all()]
    for track in call.tracks.all():
        found.append(("track", track.code))
        found += [("product", f"{track.code}.{one.product.code}") for one in track.products.all()]
        found += [("criterion", f"{track.code}.{one.code}") for one in track.criteria.all()]
        found += [("section", f"{track.code}.{one.code}") for one in track.sections.all()]
        found += [("evidence", f"{track.code}.{one.code}") for one in track.evidence_kinds.all()]
    pairs = [(thing, keys, field) for thing, keys in found for field in CORRECTABLE[thing]]
    names = [".".join(part for part in pair if part) for pair in pairs]
    return [(name, field_label(name)) for name in names]


class CorrectionFieldForm(forms.Form):
    """Which field is to be corrected."""

    field = forms.ChoiceField(label=_("What is to be corrected"))

    def __init__(self, *args: Any, call: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["field"].choices = correctable(call)


class CorrectionForm(forms.Form):
    """The new value of one field, and the reason in both languages."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason_ko = forms.CharField(label=_("Reason in Korean"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    reason_en = forms.CharField(label=_("Reason in English"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ["version", "new", "reason_ko", "reason_en"]

    def __init__(self, *args: Any, field: str, old: str, **given: Any) -> None:
        super().__init__(*args, **given)
        changed = target(field)
        self.fields["new"] = _value_field(CORRECTABLE[changed.thing][changed.field])
        self.fields["new"].initial = parse_datetime(old) if "T" in old and changed.field.endswith("_at") else old
        if changed.field == "closes_at":
            self.fields["new"].help_text = _(
                "A deadline is extended for everyone. Name the outage or other cause in the reason."
            )
        self.order_fields(self.field_order)

    def new_value(self) -> str:
        """The value as the action reads it."""
        value = self.cleaned_data["new"]
        return value.astimezone(UTC).isoformat() if hasattr(value, "astimezone") else str(value)


def _value_field(kind: FieldKind) -> forms.Field:
    label = _("New value")
    if kind is FieldKind.INSTANT:
        return instant_field(label)
    if kind is FieldKind.NUMBER:
        return forms.IntegerField(label=label, min_value=0)
    if kind is FieldKind.MONTH:
        return month_field(label)
    return long_text(label) if kind is FieldKind.LONG_TEXT else forms.CharField(label=label, max_length=160)


class ConsentTextForm(forms.Form):
    """A consent or pledge in both languages; a known short name makes its next version."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=30,
        help_text=_("Letters, digits and hyphens. A name that is in use makes the next version of that text."),
    )
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=160)
    title_en = forms.CharField(label=_("Title in English"), max_length=160)
    body_ko = long_text(_("Text in Korean"), help_text=_("Purpose, items, period, and who receives them."))
    body_en = long_text(_("Text in English"))
    refusal_ko = forms.CharField(label=_("What refusing means, in Korean"), max_length=300)
    refusal_en = forms.CharField(label=_("What refusing means, in English"), max_length=300)
