"""What staff fill in about experts: whom they look for, a file, who is who in it, and the terms of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.experts import queries
from madang.portal.experts.queries import Sought
from madang.portal.experts.rules import ANOTHER, SKIP, Judged
from madang.portal.experts.sentences import LANGUAGES
from madang.portal.people import queries as people
from madang.portal.templatetags.madang import in_language

ANY = [("", _("Any"))]
STATES = [("yes", _("Active")), ("no", _("Resting"))]


class SoughtForm(forms.Form):
    """Whom one looks for in the pool."""

    q = forms.CharField(
        label=_("Name, organisation or e-mail"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search"}),
    )
    field = forms.ChoiceField(label=_("Field of expertise"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    active = forms.ChoiceField(label=_("State"), required=False, choices=[*ANY, *STATES])

    def __init__(self, *args: Any, by: Actor, day: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [(row.code, in_language(row, "name")) for row in people.regions_in_force(day)]
        self.fields["field"].choices = [*ANY, *((word, word) for word in queries.fields_in_use(by))]
        self.fields["region"].choices = [*ANY, *regions]
        self.fields["language"].choices = [*ANY, *((code, _(word)) for code, word in LANGUAGES.items())]

    def sought(self) -> Sought:
        """What the query takes; whatever is no choice here looks for nothing."""
        given = self.cleaned_data if self.is_valid() else {}
        active = {"yes": True, "no": False}.get(given.get("active", ""))
        plain = {name: given.get(name, "") for name in ("field", "region", "language")}
        return Sought(words=given.get("q", "").strip(), active=active, **plain)


class RosterForm(forms.Form):
    """A file of experts to look at."""

    file = forms.FileField(
        label=_("The list of experts, as CSV or XLSX"),
        help_text=_(
            "Headings: name and e-mail; if you have them also fields, languages, region, open reviews at most, other "
            "spellings, organisation, business registration number, since, until. An expert with several posts has "
            "several rows. You see everything first; nothing is stored yet."
        ),
    )


class ApartForm(forms.Form):
    """Of each row that may be somebody who is here: who it is."""

    def __init__(self, *args: Any, found: Sequence[Judged], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in found:
            self.fields[f"row_{one.row.place}"] = forms.ChoiceField(
                label=_("Row {row}: {name}, {email}").format(row=one.row.place, name=one.row.name, email=one.row.email),
                choices=[(value, text) for value, text in _answers(one)],
                required=False,
                widget=forms.RadioSelect,
            )

    def decided(self) -> Mapping[int, str]:
        """What was said, by row; rows of which nothing was said are absent."""
        given = self.cleaned_data.items() if self.is_valid() else ()
        return {int(name.removeprefix("row_")): value for name, value in given if value}


def _answers(one: Judged) -> list[tuple[str, Any]]:
    answers: list[tuple[str, Any]] = []
    for known in one.perhaps:
        shown = {"name": known.name, "addresses": ", ".join(sorted(known.addresses))}
        text = _("The same as {name}, {addresses}")
        if not known.proven:
            text = _("The same as {name}, {addresses} (an address that nobody has confirmed)")
        answers.append((str(known.person), text.format(**shown)))
    if not any(one.row.email in known.addresses for known in one.perhaps):
        answers.append((ANOTHER, _("Another person of that name")))
    return [*answers, (SKIP, _("Leave this row out"))]


class TermsForm(forms.Form):
    """What the reviewers of a call promise, in both languages."""

    body_ko = forms.CharField(label=_("Terms in Korean"), max_length=8000, widget=forms.Textarea(attrs={"rows": 10}))
    body_en = forms.CharField(label=_("Terms in English"), max_length=8000, widget=forms.Textarea(attrs={"rows": 10}))


class AgreeForm(forms.Form):
    """A reviewer's agreement."""

    agreed = forms.BooleanField(label=_("I have read this and agree to it."))
