"""What an applicant fills in: which organisation and track, texts, asks by month, papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madang.portal import formats
from madang.portal.applications.rules import AskLine
from madang.values import Month

ACCEPT = ".pdf,.docx,.hwpx,.hwp,.xlsx,.png,.jpg,.jpeg"


def _named(row: Any, field: str) -> str:
    return str(getattr(row, f"{field}_{get_language() or 'ko'}", "") or getattr(row, f"{field}_ko"))


class BeginForm(forms.Form):
    """For which organisation, in which track, and what the project is called."""

    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    track = forms.TypedChoiceField(label=_("Track"), coerce=int)
    title = forms.CharField(label=_("Title of the project"), max_length=160, required=False)

    def __init__(self, *args: Any, organisations: Any, tracks: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["organisation"].choices = [(row.pk, row.name) for row in organisations]
        self.fields["track"].choices = [(row.pk, _named(row, "title")) for row in tracks]


class TextsForm(forms.Form):
    """Title and written parts, with the version that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title of the project"), max_length=160, required=False)

    def __init__(self, *args: Any, sections: Any, departments: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        if departments:
            self.fields["department"] = forms.CharField(
                label=_("Department or laboratory"),
                max_length=80,
                required=False,
                help_text=_("Where the project is at home. Nobody of it reviews this application."),
            )
        self.parts = list(sections)
        for part in self.parts:
            limit = gettext("At most {n} characters.").format(n=formats.number(part.max_characters))
            self.fields[f"section-{part.code}"] = forms.CharField(
                label=_named(part, "title"),
                required=False,
                strip=False,
                help_text=f"{_named(part, 'guidance')} {limit}".strip(),
                widget=forms.Textarea(attrs={"rows": 8}),
            )

    def texts(self) -> dict[str, str]:
        """The written parts by their codes."""
        return {part.code: self.cleaned_data[f"section-{part.code}"] for part in self.parts}


class AskForm(forms.Form):
    """How much of one product: nothing, or a number with the least that is still useful, and which months."""

    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, required=False)
    least = forms.IntegerField(label=_("The least that is still useful"), min_value=1, required=False)
    first_month = forms.ChoiceField(label=_("First month"), required=False)
    months = forms.IntegerField(label=_("Number of months"), min_value=1, required=False)

    def __init__(self, *args: Any, offer: Any, track: Any, **given: Any) -> None:
        super().__init__(*args, prefix=f"ask-{offer.product_id}", **given)
        self.offer = offer
        first, last = Month.parse(track.first_month), Month.parse(track.last_month)
        language = get_language() or settings.LANGUAGE_CODE
        months = [first.plus(offset) for offset in range(first.until(last) + 1)]
        self.fields["first_month"].choices = [(str(month), formats.month(month, language)) for month in months]
        span = {"minimum": formats.number(offer.minimum), "maximum": formats.number(offer.maximum)}
        self.fields["quantity"].help_text = gettext("From {minimum} to {maximum}; leave empty to ask for none.").format(
            **span
        )
        self.fields["least"].help_text = gettext("Less than this would not help you; nothing smaller is awarded.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("quantity"):
            for name in ("least", "months"):
                if not given.get(name):
                    self.add_error(name, gettext("Fill this in as well."))
        return given

    def line(self) -> AskLine | None:
        """What is asked for, None for nothing."""
        given = self.cleaned_data
        if not given.get("quantity"):
            return None
        return AskLine(
            self.offer.product.code, given["quantity"], given["least"], given["first_month"], given["months"]
        )


class PaperForm(forms.Form):
    """A file, perhaps as one of the papers asked for, with its day of issue."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, DOCX, HWPX, XLSX, PNG or JPEG. HWP is taken too; HWPX is read by more programs."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
    evidence = forms.ChoiceField(label=_("Which paper"), required=False)
    issued_on = forms.DateField(
        label=_("Day of issue"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until, where the paper says so"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, kinds: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        papers = [(kind.code, _named(kind, "title")) for kind in kinds]
        self.fields["evidence"].choices = [("", gettext("Other attachment")), *papers]


class PurposeForm(forms.Form):
    """Why somebody of the centre or a reviewer opens another's file."""

    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, help_text=_("It is kept with your name and the time for two years.")
    )
