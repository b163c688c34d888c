"""What the operator fills in about the cluster: Unix users, and how an award holds its part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.cluster import rules
from madang.portal.cluster.rules import Hold
from madang.portal.cluster.sentences import HOLDS

MOST_BYTES = 1 << 20


class PairsForm(forms.Form):
    """A list of pairs, pasted or as a file; a file takes the place of what was pasted.

    `label` and `hint` say what a line holds.
    """

    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}), required=False, max_length=MOST_BYTES
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False)

    def __init__(self, *given: Any, label: str, hint: str) -> None:
        super().__init__(*given)
        self.fields["text"].label, self.fields["text"].help_text = label, hint

    def clean(self) -> dict[str, Any]:
        """The lines, from wherever they came; an empty list is a slip."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None:
            if file.size > MOST_BYTES:
                raise forms.ValidationError(_("The file is larger than 1 MiB."))
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not text in UTF-8.")) from None
        if not (given.get("text") or "").strip():
            raise forms.ValidationError(_("Paste the lines or choose a file."))
        return given


class TermsForm(forms.Form):
    """How an award holds its part of the cluster, and when it is stopped."""

    hold = forms.ChoiceField(
        label=_("At once"),
        choices=[(hold.value, _(HOLDS[hold])) for hold in Hold],
        help_text=_("Where it may hold more, fair share brings it back as soon as others need theirs."),
    )
    nodes = forms.CharField(
        label=_("Nodes kept for it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        max_length=4200,
        help_text=_(
            "Only for an award with nodes of its own: each node's name, with commas between them. Jobs of others that "
            "run there go on to their end."
        ),
    )
    monthly = forms.BooleanField(
        label=_("Given month by month"),
        required=False,
        help_text=_("Each month opens its own part, and the cluster starts nothing beyond it."),
    )
    carry = forms.BooleanField(
        label=_("What a month leaves over may be used in the next one"),
        required=False,
        help_text=_("Only where it is given month by month. After that month it is lost."),
    )
    borrow_percent = forms.IntegerField(
        label=_("Of the next month, per cent that may be used ahead"),
        min_value=0,
        max_value=rules.MOST_BORROWED,
        required=False,
        help_text=_("Only where it is given month by month. What is used ahead is taken off the next month."),
    )
    stop_percent = forms.IntegerField(
        label=_("Stopped at, per cent of what was granted"),
        min_value=rules.LEAST_STOP,
        max_value=rules.MOST_STOP,
        help_text=_("From 100 per cent on its jobs wait behind all others; at this one nothing starts any more."),
    )
    network = forms.BooleanField(
        label=_("Its jobs may use the network"),
        required=False,
        help_text=_(
            "Where the centre's own machine runs the jobs, they are shut in without any network. With this they reach "
            "whatever the machine reaches, services on the machine itself among them."
        ),
    )
