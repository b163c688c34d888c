"""What the two people of an act fill in: a comment; a comment and the document number."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class DraftForm(forms.Form):
    """The first person's half."""

    comment = forms.CharField(
        label=_("Comment for the approver"), max_length=1000, required=False, widget=forms.Textarea
    )


class ApproveForm(forms.Form):
    """The second person's half; a rejection needs no number but a comment."""

    comment = forms.CharField(label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea)
    document_number = forms.CharField(label=_("Number of the body's approval document"), max_length=60, required=False)
