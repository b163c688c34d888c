"""What staff fill in about companies: whom they look for, particulars, stages, next steps, notes, papers, a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.companies import queries, rules
from madang.portal.companies.rules import STAFFED, CompanyParticulars, CompanyStage, Step
from madang.portal.companies.sentences import EVIDENCE, STAGES, SUPPORT_KINDS
from madang.portal.people.models import Organisation

DUE = [("late", _("Late")), ("week", _("Within a week")), ("none", _("No next action"))]


def _choices(of: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [(value, _(word)) for value, word in of.items()]


def _day(label: Any, required: bool = True, **more: Any) -> forms.DateField:
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=picker, **more)


def _long(label: Any, most: int, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more)


class CompanySearchForm(forms.Form):
    """Words and filters over the companies; nothing of it is needed."""

    q = forms.CharField(label=_("Name, field or business registration number"), required=False, max_length=80,
                        widget=forms.TextInput({"type": "search"}))  # fmt: skip
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("All")), *_choices(STAGES)])
    field = forms.ChoiceField(label=_("Field of business"), required=False)
    owner = forms.ChoiceField(label=_("Who does what comes next"), required=False)
    due = forms.ChoiceField(label=_("Next action"), required=False, choices=[("", _("All")), *DUE])

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", _("All")), *((word, word) for word in queries.fields_in_use(by))]
        self.fields["owner"].choices = [("", _("All")), *((str(one.pk), one.name) for one in queries.owners())]

    def chosen(self) -> dict[str, str]:
        """What is searched for; what cannot be read is left out."""
        given = self.cleaned_data if self.is_valid() else {}
        found = {name: given.get(name, "") for name in self.fields}
        return {"words": found.pop("q"), **found}


class CompanyForm(forms.Form):
    """What is known of a company."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Company"), max_length=rules.NAME_LIMIT)
    name_en = forms.CharField(label=_("Name in English"), max_length=rules.NAME_LIMIT, required=False)
    registration_number = forms.CharField(label=_("Business registration number"), max_length=20, required=False,
                                          help_text=_("Ten digits; leave empty until you know it."))  # fmt: skip
    field = forms.CharField(label=_("Field of business"), max_length=rules.FIELD_LIMIT, required=False)
    contact = forms.CharField(
        label=_("Contact person"), max_length=rules.CONTACT_LIMIT, required=False,
        help_text=_("Name and how to reach them. Destroyed five years after the company has departed."),
    )  # fmt: skip

    def particulars(self) -> CompanyParticulars:
        """What the actions take."""
        return CompanyParticulars(**{name: self.cleaned_data[name] for name in CompanyParticulars.__annotations__})


class NewCompanyForm(CompanyForm):
    """A company with its first contact."""

    on = _day(_("First contact"))
    evidence = forms.CharField(label=_(EVIDENCE["contact"]), max_length=rules.EVIDENCE_LIMIT)

    def contact_step(self) -> Step:
        """Its first stage."""
        return Step(CompanyStage.CONTACT, self.cleaned_data["on"], self.cleaned_data["evidence"])


class StageForm(forms.Form):
    """A stage with its day and its evidence; an office asks for its number, its address and its people."""

    on = _day(_("Reached on"), help_text=_("The day itself, however long ago. It is never in the future."))
    number = forms.CharField(label=_("Office's business registration number"), max_length=20)
    address = forms.CharField(label=_("Office's address"), max_length=rules.ADDRESS_LIMIT)
    staff = forms.IntegerField(label=_("People working there"), min_value=1, max_value=rules.STAFF_MOST)
    staff_on = _day(_("Counted on"))
    evidence = forms.CharField(max_length=rules.EVIDENCE_LIMIT, required=False)
    file = forms.FileField(label=_("The paper"), required=False, help_text=_("A text above, a paper, or both."))

    def __init__(self, *args: Any, stage: CompanyStage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage = stage
        self.fields["evidence"].label = _(EVIDENCE[stage])
        dropped = () if stage is CompanyStage.OFFICE else ("number", "address")
        for name in (*dropped, *(() if stage in STAFFED else ("staff", "staff_on"))):
            del self.fields[name]

    def step(self) -> Step:
        """What the actions take."""
        given = dict(self.cleaned_data)
        return Step(self.stage, filed=bool(given.pop("file")), **given)


class NextForm(forms.Form):
    """What comes next, who does it, and until when."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    what = forms.CharField(label=_("Next action"), max_length=rules.STEP_LIMIT)
    owner = forms.ChoiceField(label=_("Who does it"))
    due = _day(_("Due by"), help_text=_("They are written to a day before, and once more when it is a week late."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [(str(one.pk), one.name) for one in queries.owners()]


class NoteForm(forms.Form):
    """What was said at a meeting."""

    on = _day(_("Day of the meeting"))
    text = _long(_("What was said"), rules.NOTE_LIMIT, 8)


class DocumentForm(forms.Form):
    """A paper."""

    file = forms.FileField(label=_("The paper"))


class SupportForm(forms.Form):
    """Support that no table of the centre knows."""

    kind = forms.ChoiceField(label=_("What kind of support"), choices=_choices(SUPPORT_KINDS))
    on = _day(_("Support given on"))
    what = forms.CharField(label=_("What support was given"), max_length=rules.STEP_LIMIT)
    won = forms.IntegerField(label=_("Its value in won"), required=False, min_value=0, max_value=10**15,
                             help_text=_("Leave empty where nobody knows it."))  # fmt: skip
    source = forms.CharField(
        label=_("Where that stands"), max_length=rules.EVIDENCE_LIMIT,
        help_text=_("The number of a document, or the page of a report."),
    )  # fmt: skip
    file = forms.FileField(label=_("The paper"), required=False)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Why is it taken back?"), max_length=300)


class SureForm(forms.Form):
    """Nothing to fill in: only whether one is sure."""


class OrganisationForm(forms.Form):
    """Which organisation of the portal the company is."""

    number = forms.CharField(
        label=_("Business registration number of the organisation"), max_length=20, required=False,
        help_text=_("Leave empty where it is none. Its owners then see what was entered as support for the company."),
    )  # fmt: skip

    def organisation(self) -> int | None:
        """Its row, or None where the field was left empty; a number that nobody has is an error of the field."""
        digits = "".join(sign for sign in self.cleaned_data["number"] if sign.isdigit())
        row = Organisation.objects.filter(registration_number=digits).first() if digits else None
        if self.cleaned_data["number"].strip() and row is None:
            self.add_error("number", _("No organisation of the portal has this number."))
        return row.pk if row else None


class MergeForm(forms.Form):
    """Which company stays."""

    into = forms.ChoiceField(label=_("The company that stays"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [(str(one.pk), _shown(one)) for one in found]


def _shown(one: Any) -> str:
    return " · ".join(filter(None, (one.name, one.name_en, one.registration_number, str(_(STAGES[one.stage])))))
