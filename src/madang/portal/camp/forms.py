"""What is filled in about the camp: a space, a sheet of them, a call for tenants, a bid, points, a notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import INSTANTS
from madang.portal.camp import rules
from madang.portal.camp.rules import NoticeText, Space, SpaceKind, TenantCallText
from madang.portal.camp.sentences import COLUMNS, SPACE_KINDS, SPACE_STATES
from madang.portal.templatetags.madang import in_language


def choices(of: Mapping[str, str]) -> list[tuple[str, Any]]:
    """Values with their words."""
    return [(value, _(word)) for value, word in of.items()]


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, picked or typed as 2026-12-31."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )  # fmt: skip


def long_field(label: Any, most: int = rules.REASON, rows: int = 4, **more: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


def spaces_field(rows: Iterable[Any]) -> forms.TypedMultipleChoiceField:
    """Which of these spaces, by a tick each."""
    named = [(row.pk, f"{row.code} {in_language(row, 'name')} ({row.people})") for row in rows]
    return forms.TypedMultipleChoiceField(
        label=_("Rooms and seats"), coerce=int, choices=named, widget=forms.CheckboxSelectMultiple,
        help_text=_("With the places for people of each."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    """Why."""

    reason = long_field(_("Reason"))


class PlanForm(forms.Form):
    """Which floor on which day."""

    floor = forms.TypedChoiceField(label=_("Floor"), coerce=int, required=False)
    day = day_field(_("Day"), required=False)

    def __init__(self, *args: Any, floors: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["floor"].choices = [(floor, str(floor)) for floor in floors]

    def chosen(self, floors: list[int], today: date) -> tuple[int, date]:
        """What is looked at; what cannot be read is the lowest floor, today."""
        given = self.cleaned_data if self.is_valid() else {}
        floor = given.get("floor")
        return floor if isinstance(floor, int) else (floors[0] if floors else 0), given.get("day") or today


class SpaceForm(forms.Form):
    """A space with its rectangle; the code of one that is there cannot be changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=rules.NAME)
    name_en = forms.CharField(label=_("Name in English"), max_length=rules.NAME)
    kind = forms.ChoiceField(label=_("Kind of space"), choices=choices(SPACE_KINDS))
    facility = forms.SlugField(
        label=_("Code of the facility that is booked"), max_length=30, required=False,
        help_text=_("For a shared space that is booked by the hour, such as a shower."),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("State"), choices=choices(SPACE_STATES), initial="in_use")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most) in rules.NUMBERS.items():
            self.fields[name] = forms.IntegerField(label=_(COLUMNS[name]), min_value=least, max_value=most)
        self.fields["x"].help_text = _("On the floor's plan, which is {most} steps wide and high.").format(
            most=rules.PLAN_MOST
        )
        self.order_fields(["version", "code", "name_ko", "name_en", "kind", *rules.NUMBERS, "facility", "state"])

    def space(self) -> Space:
        """What the actions take."""
        given = {name: self.cleaned_data[name] for name in rules.COLUMNS}
        return Space(**(given | {"kind": SpaceKind(given["kind"])}))


class SheetForm(forms.Form):
    """A sheet of spaces to look at."""

    file = forms.FileField(
        label=_("The sheet, as XLSX or CSV"), help_text=_("You see its rows first; nothing is stored yet.")
    )


def _instant(label: Any, **more: Any) -> forms.DateTimeField:
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=picker, validators=INSTANTS, **more)


class TenantCallForm(forms.Form):
    """A call for tenants with what it offers."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens"))
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=rules.TITLE)
    title_en = forms.CharField(label=_("Title in English"), max_length=rules.TITLE)
    text_ko = long_field(_("Text in Korean"), rules.TEXT, 8)
    text_en = long_field(_("Text in English"), rules.TEXT, 8)
    opens_at = _instant(_("Opens at"))
    closes_at = _instant(_("Closes at"))
    months = forms.IntegerField(label=_("Months of a tenancy"), min_value=1, max_value=rules.MONTHS_MOST, initial=12)
    ceiling_months = forms.IntegerField(
        label=_("Months at most, with every extension"), min_value=1, max_value=rules.CEILING_MOST, initial=36
    )

    def __init__(self, *args: Any, spaces: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spaces"] = spaces_field(spaces)

    def call(self) -> TenantCallText:
        """What the actions take."""
        return TenantCallText(**{name: self.cleaned_data[name] for name in TenantCallText.__dataclass_fields__})

    @staticmethod
    def filled(row: Any) -> dict[str, Any]:
        """What stands in the form of a draft."""
        found = {name: getattr(row, name) for name in TenantCallText.__dataclass_fields__}
        return found | {
            "version": row.version,
            "code": row.code,
            "spaces": [one.space_id for one in row.offered.all()],
        }


class BidForm(forms.Form):
    """What an organisation wants to do in the camp."""

    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    people = forms.IntegerField(label=_("How many people"), min_value=1, max_value=rules.PEOPLE_MOST)
    text = long_field(
        _("What you want to do in the camp"), rules.TEXT, 10,
        help_text=_("Name nobody but your organisation; officers of the centre read it and give points."),
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(row.pk, row.name) for row in organisations]


class PointsForm(forms.Form):
    """An officer's points with the reason."""

    points = forms.IntegerField(label=_("Points given"), min_value=0, max_value=rules.POINTS_MOST)
    reason = long_field(_("Reason"))


class NoticeForm(forms.Form):
    """A notice in both languages with its days."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=rules.TITLE)
    title_en = forms.CharField(label=_("Title in English"), max_length=rules.TITLE)
    text_ko = long_field(_("Text in Korean"), rules.TEXT, 5)
    text_en = long_field(_("Text in English"), rules.TEXT, 5)
    from_on = day_field(_("From"))
    until_on = day_field(_("Until and including"))

    def notice(self) -> NoticeText:
        """What the action takes."""
        return NoticeText(**self.cleaned_data)
