"""What a credit note takes off, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from madang.portal.billing.exports import counted_in, whose
from madang.portal.creditnotes.queries import LeftLine
from madang.portal.creditnotes.rules import NoteReason, Wish
from madang.portal.creditnotes.sentences import REASONS
from madang.portal.templatetags.madang import in_language


class NoteForm(forms.Form):
    """Why and in which words a statement is corrected, and for each of its lines a quantity or won."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[(one.value, _(REASONS[one])) for one in NoteReason],
        initial=NoteReason.CHANGED,
        help_text=_("The number is the class of a corrected tax invoice. Classes 04 and 06 take off all that is left."),
    )
    text = forms.CharField(
        label=_("What is corrected"), max_length=500, help_text=_("The organisation reads it on the credit note.")
    )

    def __init__(self, *args: Any, left: Sequence[LeftLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = [one.line.pk for one in left]
        for one in left:
            if any(one.left.won()):
                self._add(one)

    def _add(self, one: LeftLine) -> None:
        line, left = one.line, one.left
        what = f"{whose(line)} {in_language(line.product, 'name')}, {line.first_day} – {line.last_day}"
        words = {"what": what, "unit": counted_in(line), "left": f"{left.quantity:,}", "won": f"{left.payable:,}"}
        beyond = ngettext_lazy(
            "{beyond} of them does not stand in the book.", "{beyond} of them do not stand in the book.", one.beyond
        )
        more = " " + str(beyond).format(beyond=f"{one.beyond:,}") if one.beyond else ""
        self.fields[f"quantity_{line.pk}"] = forms.IntegerField(
            label=_("{what}: quantity in {unit}").format(**words),
            help_text=_("{left} are left.").format(**words) + more,
            min_value=1,
            max_value=max(1, left.quantity),
            initial=one.beyond or None,
            required=False,
        )
        self.fields[f"won_{line.pk}"] = forms.IntegerField(
            label=_("{what}: or won, VAT included").format(**words),
            help_text=_("₩{won} are left. For the same quantity at a lower price.").format(**words),
            min_value=1,
            max_value=max(1, left.payable),
            required=False,
        )

    def values(self) -> dict[str, Any]:
        """What `actions.draft` takes."""
        given = {pk: (self._whole(f"quantity_{pk}"), self._whole(f"won_{pk}")) for pk in self._lines}
        wishes = {pk: Wish(*wish) for pk, wish in given.items() if any(wish)}
        reason = NoteReason(self.cleaned_data["reason"])
        return {"reason": reason, "text": self.cleaned_data["text"], "wishes": wishes}

    def _whole(self, name: str) -> int:
        return self.cleaned_data.get(name) or 0
