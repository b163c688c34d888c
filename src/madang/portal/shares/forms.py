"""The form of the machine's shares."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from madang.compute.protocol import ClassShares
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.shares.rules import MOST_UNITS, MOST_WEIGHT
from madang.portal.shares.sentences import BORROWINGS

COLUMNS = {"weight": N_("Weight in fair share"), "cores": N_("Cores of its own"), "gpus": N_("GPUs of its own")}


class SharesForm(forms.Form):
    """A weight and a part of the machine for each kind of organisation, and what happens to what is left idle."""

    borrowing = forms.ChoiceField(
        label=_("What a kind leaves idle of its part"), choices=[(code, _(word)) for code, word in BORROWINGS.items()]
    )

    def __init__(self, data: object, shares: ClassShares) -> None:
        super().__init__(data, initial={"borrowing": shares.borrowing})
        for kind in ORGANISATION_KINDS:
            part = shares.parts.get(kind, {})
            self._number("weight", kind, shares.weights.get(kind, 1), 1, MOST_WEIGHT)
            self._number("cores", kind, part.get("cores", 0), 0, MOST_UNITS)
            self._number("gpus", kind, part.get("gpus", 0), 0, MOST_UNITS)

    def _number(self, column: str, kind: str, initial: int, low: int, high: int) -> None:
        label = f"{gettext(ORGANISATION_KINDS[kind])}: {gettext(COLUMNS[column])}"
        widget = forms.NumberInput(attrs={"aria-label": label, "inputmode": "numeric", "class": "narrow"})
        self.fields[f"{column}_{kind}"] = forms.IntegerField(
            label=label, initial=initial, min_value=low, max_value=high, widget=widget
        )

    def heads(self) -> list[str]:
        """What stands above the columns of the table."""
        return [gettext(word) for word in (N_("Weight"), N_("Own cores"), N_("Own GPUs"))]

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by kind of organisation, in its words."""
        kinds = ORGANISATION_KINDS.items()
        return [(gettext(word), [self[f"{column}_{kind}"] for column in COLUMNS]) for kind, word in kinds]

    def parts(self) -> dict[str, dict[str, int]]:
        """The parts that are above nothing; a kind without one owns nothing."""
        given = self.cleaned_data
        found = {
            kind: {name: given[f"{name}_{kind}"] for name in ("cores", "gpus") if given[f"{name}_{kind}"]}
            for kind in ORGANISATION_KINDS
        }
        return {kind: part for kind, part in found.items() if part}

    def weights(self) -> dict[str, int]:
        """The weight of each kind."""
        return {kind: self.cleaned_data[f"weight_{kind}"] for kind in ORGANISATION_KINDS}
