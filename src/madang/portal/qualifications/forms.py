"""What staff fill in about qualifications: a new one, what a facility asks for, a grant, why one is revoked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.camp.forms import day_field
from madang.portal.qualifications import rules
from madang.portal.templatetags.madang import in_language


class QualificationForm(forms.Form):
    """A qualification, and the course whose certificate counts as it."""

    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Latin letters, digits and hyphens"))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=rules.NAME)
    name_en = forms.CharField(label=_("Name in English"), max_length=rules.NAME)
    course = forms.ChoiceField(
        label=_("Course whose certificate counts as it"), required=False,
        help_text=_("Without a course, the centre grants it to each person with an end."),
    )  # fmt: skip

    def __init__(self, *args: Any, courses: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = [("", _("None")), *((row.code, in_language(row, "name")) for row in courses)]


class RequirementForm(forms.Form):
    """What a facility asks for, by a tick each."""

    qualifications = forms.MultipleChoiceField(
        label=_("Only people with these may use it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, qualifications: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["qualifications"].choices = [(row.code, in_language(row, "name")) for row in qualifications]


class GrantForm(forms.Form):
    """Who holds it from when to when, and what shows it."""

    email = forms.EmailField(label=_("E-mail of the person"))
    given_on = day_field(_("Given on"))
    expires_on = day_field(_("First day on which it is not valid any more"))
    evidence = forms.CharField(
        label=_("What shows it"), max_length=rules.EVIDENCE, help_text=_("Such as the number of the training record.")
    )
    file = forms.FileField(label=_("Paper"), required=False, help_text=_("PDF, DOCX, HWPX, XLSX, PNG or JPEG."))


class RevokeGrantForm(forms.Form):
    """Why a grant is revoked."""

    why = forms.CharField(label=_("Reason"), max_length=rules.WHY)
