"""The forms of a track's parts: one entry each of products, criteria, sections, rules, papers and consents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import long_text
from madang.portal.calls.rules import ReferenceDate
from madang.portal.drafts import queries
from madang.portal.drafts.forms import chosen
from madang.portal.drafts.rules import (
    PARAMETER,
    BonusDraft,
    ConsentAsked,
    CriterionDraft,
    Entry,
    EvidenceDraft,
    ProductOffer,
    RuleDraft,
    SectionDraft,
)
from madang.portal.eligibility.sentences import KINDS, REFERENCE_DATES, RULE_KINDS
from madang.portal.people.rules import OrganisationKind

SHORT = _("Letters, digits and hyphens. Left empty, one is made.")


def anchors_field(label: Any) -> forms.CharField:
    """Words for so many points, a line each."""
    return long_text(label, required=False, max_length=2000, help_text=_("A line each, such as: 25-30 outstanding"))


def _named(row: Any, field: str = "name") -> str:
    return str(getattr(row, f"{field}_{get_language() or 'ko'}", "") or getattr(row, f"{field}_ko"))


class ProductForm(forms.Form):
    """A resource type on offer, and how much of it one application may ask for."""

    product = forms.ChoiceField(label=_("Resource type"))
    minimum = forms.IntegerField(label=_("Least to ask for"), min_value=1, initial=1)
    maximum = forms.IntegerField(label=_("Most to ask for"), min_value=1)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["product"].choices = [(row.code, _named(row)) for row in queries.offered_products()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("minimum") and given.get("maximum") and given["minimum"] > given["maximum"]:
            self.add_error("maximum", _("The most cannot be less than the least."))
        return given

    def entry(self, code: str) -> ProductOffer:
        return ProductOffer(**self.cleaned_data)


class CriterionForm(forms.Form):
    """One line of the scoring table."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=1000)
    minimum_points = forms.IntegerField(label=_("Minimum points"), min_value=0, initial=0)
    required = forms.BooleanField(
        label=_("Must be scored"), required=False, initial=True,
        help_text=_("A line that a sheet may leave out lowers no total, and has no minimum."),
    )  # fmt: skip
    anchors_ko = anchors_field(_("What the points mean, in Korean"))
    anchors_en = anchors_field(_("What the points mean, in English"))
    code = forms.SlugField(label=_("Short name"), max_length=30, required=False, help_text=SHORT)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if (given.get("minimum_points") or 0) > (given.get("points") or 0):
            self.add_error("minimum_points", _("The minimum cannot be above the points."))
        if given.get("minimum_points") and not given.get("required"):
            self.add_error("minimum_points", _("A line that may be left out cannot have a minimum."))
        return given

    def entry(self, code: str) -> CriterionDraft:
        return CriterionDraft(**(self.cleaned_data | {"code": self.cleaned_data["code"] or code}))


class SectionForm(forms.Form):
    """One written part of the plan."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    guidance_ko = long_text(_("Guidance in Korean"), required=False)
    guidance_en = long_text(_("Guidance in English"), required=False)
    max_characters = forms.IntegerField(label=_("Greatest length in characters"), min_value=10, max_value=50_000)
    required = forms.BooleanField(label=_("Must be filled in"), required=False, initial=True)
    code = forms.SlugField(label=_("Short name"), max_length=30, required=False, help_text=SHORT)

    def entry(self, code: str) -> SectionDraft:
        return SectionDraft(**(self.cleaned_data | {"code": self.cleaned_data["code"] or code}))


class RuleForm(forms.Form):
    """An eligibility rule: what it looks at, on which day, and what it compares with."""

    kind = forms.ChoiceField(label=_("What is judged"), choices=chosen(list(RULE_KINDS), RULE_KINDS))
    reference_date = forms.ChoiceField(label=_("Judged as of"), choices=chosen(list(ReferenceDate), REFERENCE_DATES))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds that may apply"),
        choices=chosen(list(OrganisationKind), KINDS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A region that was merged since counts as the one that followed it on the reference day."),
    )
    years = forms.IntegerField(label=_("At most so many years old"), min_value=1, max_value=100, required=False)
    awards = forms.IntegerField(label=_("At most so many running awards"), min_value=0, max_value=100, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["regions"].choices = [(row.code, _named(row)) for row in queries.known_regions()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        needed = PARAMETER.get(given.get("kind", ""))
        if needed and given.get(needed) in (None, "", []):
            self.add_error(needed, _("This kind of rule needs a value here."))
        return given

    def entry(self, code: str) -> RuleDraft:
        given = self.cleaned_data
        needed = PARAMETER.get(given["kind"])
        return RuleDraft(given["kind"], given["reference_date"], {needed: given[needed]} if needed else {})


class EvidenceForm(forms.Form):
    """A paper that applicants hand in."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    issuer_ko = forms.CharField(label=_("Issued by, in Korean"), max_length=120)
    issuer_en = forms.CharField(label=_("Issued by, in English"), max_length=120)
    max_age_days = forms.IntegerField(
        label=_("Greatest age at the deadline, in days"), min_value=1, max_value=3650, required=False
    )
    required = forms.BooleanField(label=_("Must be handed in"), required=False, initial=True)
    code = forms.SlugField(label=_("Short name"), max_length=30, required=False, help_text=SHORT)

    def entry(self, code: str) -> EvidenceDraft:
        return EvidenceDraft(**(self.cleaned_data | {"code": self.cleaned_data["code"] or code}))


class BonusForm(forms.Form):
    """Points that a paper brings; the paper is one of the track's that need not be handed in."""

    title_ko = forms.CharField(label=_("Title in Korean"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    text_ko = forms.CharField(label=_("Who gets the points, in Korean"), max_length=500)
    text_en = forms.CharField(label=_("Who gets the points, in English"), max_length=500)
    points = forms.IntegerField(label=_("Points"), min_value=1, max_value=100)
    evidence = forms.SlugField(
        label=_("Short name of the paper that proves it"), max_length=30,
        help_text=_("One of this track's papers that need not be handed in."),
    )  # fmt: skip
    code = forms.SlugField(label=_("Short name"), max_length=30, required=False, help_text=SHORT)

    def entry(self, code: str) -> BonusDraft:
        return BonusDraft(**(self.cleaned_data | {"code": self.cleaned_data["code"] or code}))


class ConsentForm(forms.Form):
    """A version of a consent text, required or optional."""

    text = forms.ChoiceField(label=_("Text"))
    required = forms.BooleanField(label=_("Required"), required=False, initial=True)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        rows = queries.consent_texts()
        self.fields["text"].choices = [
            (f"{row.code}/{row.version}", f"{_named(row, 'title')} ({row.version})") for row in rows
        ]

    def entry(self, code: str) -> ConsentAsked:
        name, version = self.cleaned_data["text"].rsplit("/", 1)
        return ConsentAsked(name, int(version), self.cleaned_data["required"])


PART_FORMS: dict[str, type[forms.Form]] = {
    "products": ProductForm,
    "criteria": CriterionForm,
    "sections": SectionForm,
    "rules": RuleForm,
    "evidence": EvidenceForm,
    "bonuses": BonusForm,
    "consents": ConsentForm,
}


def initial_of(entry: Entry) -> dict[str, Any]:
    """An entry as its form shows it."""
    if isinstance(entry, RuleDraft):
        return {"kind": entry.kind, "reference_date": entry.reference_date, **entry.parameters}
    if isinstance(entry, ConsentAsked):
        return {"text": f"{entry.code}/{entry.version}", "required": entry.required}
    return dict(vars(entry))
