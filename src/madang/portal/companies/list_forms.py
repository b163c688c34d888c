"""What staff fill in about a list of companies: the file, and which company a row is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.companies.sheet import ANOTHER, SKIP, Judged


class CompanyListForm(forms.Form):
    """A list of companies to look at."""

    file = forms.FileField(
        label=_("The list of companies, as CSV or XLSX"),
        help_text=_(
            "Headings: the company and the days of its stages; if you have them also the business registration number, "
            "the field, and of an opened office the address, the people and the day they were counted. You see "
            "everything first; nothing is stored yet."
        ),
    )
    source = forms.CharField(
        label=_("Where the list is from"), max_length=200,
        help_text=_("It stands as the evidence of every row that names none."),
    )  # fmt: skip


class SameForm(forms.Form):
    """Of each row that may be a company that is here: which it is."""

    def __init__(self, *args: Any, found: Sequence[Judged], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in found:
            number = one.row.given.registration_number
            label = _("Row {row}: {name} {number}").format(row=one.row.place, name=one.row.given.name, number=number)
            self.fields[f"row_{one.row.place}"] = forms.ChoiceField(
                label=label.strip(), choices=_answers(one), required=False, widget=forms.RadioSelect
            )

    def decided(self) -> dict[int, str]:
        """What was said, by row; rows of which nothing was said are absent."""
        given = self.cleaned_data.items() if self.is_valid() else ()
        return {int(name.removeprefix("row_")): value for name, value in given if value}


def _answers(one: Judged) -> list[tuple[str, Any]]:
    text = _("The same as {name} {numbers}")
    answers: list[tuple[str, Any]] = [
        (str(known.pk), text.format(name=known.name, numbers=", ".join(sorted(known.numbers))).strip())
        for known in one.perhaps
    ]
    if not one.numbered:
        answers.append((ANOTHER, _("Another company of that name")))
    return [*answers, (SKIP, _("Leave this row out"))]
