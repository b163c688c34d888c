"""The form of the machine's shares."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.compute.protocol import ClassShares
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.shares.rules import MOST_UNITS, MOST_WEIGHT
from madang.portal.shares.sentences import BORROWINGS


class SharesForm(forms.Form):
    """A weight and a part of the machine for each kind of organisation, and what happens to what is left idle."""

    borrowing = forms.ChoiceField(
        label=_("What a kind leaves idle of its part"), choices=[(code, _(word)) for code, word in BORROWINGS.items()]
    )

    def __init__(self, data: object, shares: ClassShares) -> None:
        super().__init__(data, initial={"borrowing": shares.borrowing})
        for kind in ORGANISATION_KINDS:
            part = shares.parts.get(kind, {})
            self._number(f"weight_{kind}", _("Weight in fair share"), shares.weights.get(kind, 1), 1, MOST_WEIGHT)
            self._number(f"cores_{kind}", _("Cores of its own"), part.get("cores", 0), 0, MOST_UNITS)
            self._number(f"gpus_{kind}", _("GPUs of its own"), part.get("gpus", 0), 0, MOST_UNITS)

    def _number(self, name: str, label: object, initial: int, low: int, high: int) -> None:
        self.fields[name] = forms.IntegerField(label=label, initial=initial, min_value=low, max_value=high)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by kind of organisation, in its words."""
        names = ("weight", "cores", "gpus")
        return [
            (gettext(word), [self[f"{name}_{kind}"] for name in names]) for kind, word in ORGANISATION_KINDS.items()
        ]

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
