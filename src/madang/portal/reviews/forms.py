"""What reviewers and their organisers fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.reviews import queries
from madang.portal.reviews.rules import Interest
from madang.portal.reviews.sentences import INTERESTS
from madang.portal.templatetags.madang import in_language

INTEREST_CHOICES = [(kind.value, _(INTERESTS[kind])) for kind in Interest]


class SheetForm(forms.Form):
    """A scoring table: points and a comment for each criterion, an overall opinion, and the version that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, table: list[queries.Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        for criterion in table:
            title = in_language(criterion, "title")
            self.fields[f"points_{criterion.code}"] = forms.IntegerField(
                label=title,
                required=False,
                help_text=_("0 to {most} points").format(most=criterion.points),
                widget=forms.NumberInput(attrs={"class": "short", "min": 0, "max": criterion.points}),
            )
            self.fields[f"comment_{criterion.code}"] = forms.CharField(
                label=_("Comment on {criterion}").format(criterion=title),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        self.fields["comment"] = forms.CharField(
            label=_("Overall opinion"),
            required=False,
            max_length=8000,
            help_text=_("The applicant reads comments and opinion after the decision, without your name."),
            widget=forms.Textarea(attrs={"rows": 5}),
        )

    @staticmethod
    def of(row: queries.ReviewAssignment, given: dict[str, queries.CriterionPoints]) -> dict[str, Any]:
        """The initial values of a stored sheet."""
        values: dict[str, Any] = {"version": row.version, "comment": row.comment}
        for code, line in given.items():
            values |= {f"points_{code}": line.points, f"comment_{code}": line.comment}
        return values

    def sheet(self) -> dict[str, Any]:
        """What the actions take."""
        data = self.cleaned_data
        return {
            "version": data["version"],
            "points": {row.code: data.get(f"points_{row.code}") for row in self.table},
            "comments": {row.code: data.get(f"comment_{row.code}", "") for row in self.table},
            "comment": data["comment"],
        }


class HandBackForm(forms.Form):
    """Why a reviewer hands a sheet back: an interest, or something else."""

    kind = forms.ChoiceField(
        label=_("Why do you hand it back?"),
        choices=[("", _("No time, or not my field")), *INTEREST_CHOICES],
        required=False,
        widget=forms.RadioSelect,
    )
    learnt_on = forms.DateField(
        label=_("When did you learn of it?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("An interest is to be reported within 14 days of learning of it."),
    )
    note = forms.CharField(label=_("A word to the centre"), max_length=500, required=False, widget=forms.Textarea)


class InterestForm(forms.Form):
    """An interest that a reviewer declares towards an organisation."""

    registration_number = forms.CharField(
        label=_("Business registration number of the organisation"), max_length=12, help_text=_("Such as 123-45-67891")
    )
    kind = forms.ChoiceField(label=_("Interest"), choices=INTEREST_CHOICES)
    learnt_on = forms.DateField(
        label=_("When did you learn of it?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("An interest is to be reported within 14 days of learning of it."),
    )
    ended_on = forms.DateField(
        label=_("If it is over: since when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Then the rules of the call say whether it still bars. Leave it empty while it holds."),
    )
    note = forms.CharField(label=_("A word to the centre"), max_length=500, required=False, widget=forms.Textarea)

    def clean_registration_number(self) -> int:
        found = queries.organisation_numbered(self.cleaned_data["registration_number"])
        if found is None:
            raise forms.ValidationError(_("No organisation with this number is registered here."))
        return found


class ReviewerForm(forms.Form):
    """A new reviewer in the expert pool."""

    email = forms.EmailField(label=_("E-mail address of the expert's account"))
    affiliation = forms.CharField(label=_("Works at"), max_length=120)
    registration_number = forms.CharField(
        label=_("Business registration number of that organisation"),
        max_length=12,
        required=False,
        help_text=_("If it is registered here, its applications are closed to the reviewer."),
    )
    fields_of_work = forms.CharField(
        label=_("Codes of tracks that fit"), max_length=200, required=False, help_text=_("Separated by commas")
    )
    load_limit = forms.IntegerField(
        label=_("Open reviews at most"), initial=40, validators=[MinValueValidator(1)], max_value=1000
    )

    def reviewer(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        number = data["registration_number"]
        return {
            "email": data["email"],
            "affiliation": data["affiliation"],
            "fields": [code.strip() for code in data["fields_of_work"].split(",") if code.strip()],
            "load_limit": data["load_limit"],
            "organisation": queries.organisation_numbered(number) if number else None,
        }


class DueForm(forms.Form):
    """Until when sheets are due, in the centre's time."""

    due_at = forms.DateTimeField(
        label=_("Due"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In the centre's time; after it no sheet can be changed."),
    )


class AssignForm(DueForm):
    """One more reviewer for one application."""

    reviewer = forms.ChoiceField(label=_("Reviewer"))
    field_order = ["reviewer", "due_at"]

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = queries.reviewers(by).filter(active=True)
        self.fields["reviewer"].choices = [(row.pk, f"{row.person.name} · {row.affiliation}") for row in people]


class PurposeForm(forms.Form):
    """What a file is needed for, before it is downloaded."""

    purpose = forms.CharField(label=_("What do you need the file for?"), max_length=200)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)
