"""What an official fills in about applicants who review each other: until when, and who takes one review more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field
from madang.portal.reviews.models import Reviewer


class ConfirmPeersForm(forms.Form):
    """Until when the sheets are due, and the proposal that was looked at."""

    basis = forms.CharField(max_length=64, widget=forms.HiddenInput)
    due_at = instant_field(_("Due"), help_text=_("In the centre's time. Days of grace come on top."))


class GivePeerForm(forms.Form):
    """One more applicant for an application of which a review fell away."""

    reviewer = forms.ChoiceField(label=_("Reviewer"))
    due_at = instant_field(_("Due"), help_text=_("In the centre's time. Days of grace come on top."))

    def __init__(self, *args: Any, people: Iterable[Reviewer], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["reviewer"].choices = [(row.pk, row.person.name) for row in people]


class SureForm(forms.Form):
    """Nothing but the button."""
