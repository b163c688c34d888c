"""What staff fill in about a facility, and by what anybody searches the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.facilities import rules
from madang.portal.facilities.rules import NUMBER_LIMITS, TEXT_LIMITS, FacilityKind, Particulars, Terms
from madang.portal.facilities.sentences import (
    COLUMNS,
    FACILITY_KINDS,
    FIELDS,
    FILE_KINDS,
    SAFETY,
    SLOT_GRAINS,
    STATES,
    WEEKDAYS,
)
from madang.portal.templatetags.madang import in_language

# a list of more than so many is shown in groups
UNGROUPED = 10
TEXTS = ("name_ko", "name_en", "maker", "model", "place_ko", "place_en", "specification_ko", "specification_en")
CHOSEN = {"kind": FACILITY_KINDS, "field": FIELDS, "safety": SAFETY, "grain": SLOT_GRAINS}
NUMBERS = ("before", "after", "notice_hours", "ahead_days", "longest", "grace_minutes", "each_night")
HINTS = {
    "before": _("Counted in quarters of an hour, or in days where it is booked by the day."),
    "longest": _("36 quarters are nine hours."),
    "after": _("For a shared space, the gap in which it is cleaned."),
    "each_night": _("For what is shared: from noon to noon; who used it least lately moves up first. 0 is no limit."),
    "grace_minutes": _("Counted from the start of the booking, or from opening on its first day."),
    "ahead_days": _("So many days from today on it can be booked."),
}


def _choices(of: dict[str, str]) -> list[tuple[str, Any]]:
    return [(value, _(word)) for value, word in of.items()]


def bookable(rows: Iterable[Any]) -> list[Any]:
    """Facilities as choices; many of them in groups by class, equipment by its field too."""
    listed = list(rows)
    if len(listed) <= UNGROUPED:
        return [_choice(row) for row in listed]
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in listed:
        words = [gettext(FACILITY_KINDS[row.kind])]
        words += [gettext(FIELDS[row.field])] if row.kind == FacilityKind.EQUIPMENT else []
        groups.setdefault(" · ".join(words), []).append(_choice(row))
    return list(groups.items())


def _choice(row: Any) -> tuple[str, str]:
    return str(row.pk), f"{in_language(row, 'name')} ({row.code})"


class SearchForm(forms.Form):
    """Words and filters over the catalogue; nothing of it is needed."""

    q = forms.CharField(label=_("Search"), required=False, max_length=80)
    kind = forms.ChoiceField(label=_("Class"), required=False, choices=[("", _("All")), *_choices(FACILITY_KINDS)])
    field = forms.ChoiceField(label=_("Field of use"), required=False, choices=[("", _("All")), *_choices(FIELDS)])
    grain = forms.ChoiceField(
        label=_("How it is booked"), required=False, choices=[("", _("All")), *_choices(SLOT_GRAINS)]
    )

    def chosen(self) -> dict[str, str]:
        """What is searched for; what cannot be read is left out."""
        given = self.cleaned_data if self.is_valid() else {}
        found = {name: given.get(name, "") for name in self.fields}
        return {"words": found.pop("q"), **found}


class StaffSearchForm(SearchForm):
    """The same with the state."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *_choices(STATES)])


class FacilityForm(forms.Form):
    """A facility with its terms; the code of one that is there cannot be changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens"))
    accessories = forms.CharField(
        label=_("Accessories"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: name | English name | number"),
    )  # fmt: skip
    responsible = forms.EmailField(label=_("E-mail of who is responsible"), required=False)
    opens = forms.CharField(label=_("Opens at"), max_length=5, initial="09:00", help_text=_("Such as 09:00"))
    closes = forms.CharField(label=_("Closes at"), max_length=5, initial="18:00", help_text=_("24:00 is midnight"))
    weekdays = forms.MultipleChoiceField(
        label=_("Open on"), widget=forms.CheckboxSelectMultiple, initial=[0, 1, 2, 3, 4],
        choices=[(place, _(word)) for place, word in enumerate(WEEKDAYS)],
    )  # fmt: skip
    needs_approval = forms.BooleanField(label=_("Needs approval"), required=False)
    calibrated_until = forms.DateField(
        label=_("Calibrated until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From the next day on it cannot be used; leave empty where nothing is calibrated."),
    )  # fmt: skip
    field_order = (
        "version", "code", *TEXTS[:2], "kind", "field", "maker", "model", "place_ko", "place_en", "specification_ko",
        "specification_en", "accessories", "safety", "responsible", "grain", "opens", "closes", "weekdays", *NUMBERS,
        "needs_approval", "calibrated_until",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            long = name.startswith("specification")
            widget = forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=_(COLUMNS[name]), max_length=TEXT_LIMITS[name], required=name.startswith("name"), widget=widget
            )
        for name, of in CHOSEN.items():
            self.fields[name] = forms.ChoiceField(label=_(COLUMNS[name]), choices=_choices(of))
        for name in NUMBERS:
            low, high = NUMBER_LIMITS[name]
            self.fields[name] = forms.IntegerField(
                label=_(COLUMNS[name]), min_value=low, max_value=high, initial=getattr(Terms(), name),
                help_text=HINTS.get(name, ""), required=name != "each_night",
            )  # fmt: skip
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """The particulars, if every field can be read."""
        given = super().clean() or {}
        if not self.errors:
            try:
                given["particulars"] = self._particulars(given)
            except Refused as refused:
                name = refused.facts.get("field")
                self.add_error(str(name) if name in self.fields else None, refusals.sentence(refused))
        return given

    def _particulars(self, given: dict[str, Any]) -> Particulars:
        terms: dict[str, Any] = {
            name: given[name] for name in (*NUMBERS, "needs_approval", "calibrated_until", "grain")
        }
        for name in ("opens", "closes"):
            try:
                terms[name] = rules.minutes_of(given[name])
            except ValueError as error:
                raise Refused("facility_hours_wrong", field=name) from error
        terms["weekdays"] = rules.weekdays_of(map(int, given["weekdays"]))
        terms["each_night"] = given["each_night"] or 0
        texts = {name: given[name] for name in (*TEXTS, "code", "kind", "field", "safety", "responsible")}
        accessories = rules.accessories_of(given["accessories"])
        found = Particulars(**texts, accessories=accessories, terms=Terms(**terms))
        rules.check(found)
        return found

    @staticmethod
    def filled(given: Particulars, version: int) -> dict[str, Any]:
        """What stands in the form of a facility that is there."""
        terms = given.terms
        found: dict[str, Any] = {name: getattr(given, name) for name in (*TEXTS, "code", "kind", "field", "safety")}
        found |= {name: getattr(terms, name) for name in (*NUMBERS, "needs_approval", "calibrated_until", "grain")}
        return found | {
            "version": version,
            "responsible": given.responsible,
            "opens": rules.clock(terms.opens),
            "closes": rules.clock(terms.closes),
            "weekdays": rules.days_of(terms.weekdays),
            "accessories": rules.accessories_text(given.accessories),
        }


class SheetForm(forms.Form):
    """A sheet of facilities to look at."""

    file = forms.FileField(
        label=_("The sheet, as XLSX or CSV"), help_text=_("You see its rows first; nothing is stored yet.")
    )


class FacilityFileForm(forms.Form):
    """A photo or manual, with what it shows or is: who cannot see a photo reads that."""

    kind = forms.ChoiceField(label=_("What it is"), choices=[(value, _(word)) for value, word in FILE_KINDS.items()])
    file = forms.FileField(label=_("File"))
    words_ko = forms.CharField(label=_("What it shows or is, in Korean"), max_length=rules.FILE_WORDS)
    words_en = forms.CharField(label=_("What it shows or is, in English"), max_length=rules.FILE_WORDS)


class SureForm(forms.Form):
    """Nothing but the question."""
