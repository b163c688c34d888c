"""What is filled in about coursework: a piece, a page of the class, a list of who completed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.courses.forms import moment
from madang.portal.coursework import rules
from madang.portal.coursework.rules import CourseworkGiven


class CourseworkForm(forms.Form):
    """A piece of coursework."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=rules.TITLE_LIMIT)
    title_en = forms.CharField(label=_("Title in English"), max_length=rules.TITLE_LIMIT)
    due_at = moment(_("Coursework is due"))
    track = forms.ChoiceField(label=_("Track of the course"), required=False)
    required = forms.BooleanField(
        label=_("Required piece"), required=False, initial=True,
        help_text=_("A certificate counts required coursework only, where the cohort asks for it."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, tracks: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].choices = [("", _("All tracks")), *((track, track) for track in tracks)]
        if not tracks:
            del self.fields["track"]

    def given(self) -> CourseworkGiven:
        """What the actions take."""
        names = ("title_ko", "title_en", "due_at", "required")
        values = {name: self.cleaned_data[name] for name in names}
        return CourseworkGiven(**values, track=self.cleaned_data.get("track", ""))


class MarksForm(forms.Form):
    """A page of the class: `learners` is who stands on it, `before` and `done` who of them completed the piece."""

    learners = forms.TypedMultipleChoiceField(coerce=int)
    before = forms.TypedMultipleChoiceField(coerce=int, required=False)
    done = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, of: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("learners", "before", "done"):
            self.fields[name].choices = [(pk, pk) for pk in of]

    def marks(self) -> dict[int, bool]:
        """Whose mark was changed on the page, and to what; whom somebody else marked meanwhile stays so."""
        before, done = set(self.cleaned_data["before"]), set(self.cleaned_data["done"])
        return {pk: pk in done for pk in self.cleaned_data["learners"] if (pk in done) != (pk in before)}


class MarksFileForm(forms.Form):
    """A list of who completed a piece, to look at."""

    file = forms.FileField(
        label=_("The list, as CSV or XLSX"),
        help_text=_("Headings: e-mail and completed. You see everything first; nothing is stored yet."),
    )


class SureForm(forms.Form):
    """Nothing to fill in: only whether one is sure."""
