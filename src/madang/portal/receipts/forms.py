"""What staff fill in about money in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.receipts import queries
from madang.portal.receipts.bankfile import COLUMNS, LARGEST, NEEDED
from madang.portal.receipts.sentences import COLUMNS as WORDS


class BankForm(forms.Form):
    """An account of the centre and how its files name their columns."""

    name = forms.CharField(label=_("Bank and account"), max_length=80, help_text=_("As your colleagues call it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in COLUMNS:
            self.fields[f"column_{name}"] = forms.CharField(
                label=_(WORDS[name]),
                max_length=60,
                required=name in NEEDED,
                help_text=_("The heading of this column in the bank's file, exactly as it stands there"),
            )

    def columns(self) -> dict[str, str]:
        """Our words with the bank's headings, of those that were filled in."""
        found = {name: self.cleaned_data[f"column_{name}"] for name in COLUMNS}
        return {name: heading for name, heading in found.items() if heading}


class NewBankForm(BankForm):
    """The same with the short name, which never changes."""

    code = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Small letters, digits and hyphens."))
    field_order = ("code", "name")


class FileForm(forms.Form):
    """A bank's file to look at."""

    bank = forms.ChoiceField(label=_("Bank and account"))
    file = forms.FileField(
        label=_("The bank's file, as CSV or XLSX"), help_text=_("You see its rows first; nothing is stored yet.")
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [(row.code, row.name) for row in queries.banks(by)]


class MatchForm(forms.Form):
    """Which statement or demand a receipt pays, and with how much."""

    statement = forms.CharField(label=_("Number of the statement or of the demand"), max_length=40)
    amount = forms.IntegerField(label=_("Amount in won"), min_value=1, max_value=LARGEST)


class ReasonForm(forms.Form):
    """Why something is undone or stopped."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
