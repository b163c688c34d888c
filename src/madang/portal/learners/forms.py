"""What learners and staff fill in: an application, a guardian's consent, points, a list of hours, a placement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.learners import rules
from madang.portal.learners.sentences import MEANS, STATES


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class ApplyForm(forms.Form):
    """An application to a cohort."""

    born_on = _day(
        _("Date of birth"), help_text=_("It is looked at for whether a guardian has to agree, and not kept.")
    )
    track = forms.ChoiceField(label=_("Track of the course"), required=False)
    statement = forms.CharField(label=_("Why you want to take part"), max_length=rules.STATEMENT_LIMIT, required=False,
                                widget=forms.Textarea({"rows": 8}))  # fmt: skip
    shown_name = forms.CharField(
        label=_("Name on the certificate"), max_length=rules.NAME_LIMIT, required=False,
        help_text=_("Leave empty for the name of your account. Whoever has the certificate's code sees it."),
    )  # fmt: skip

    def __init__(self, *args: Any, tracks: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if tracks:
            self.fields["track"].choices = [(one, one) for one in tracks]
            self.fields["track"].required = True
        else:
            del self.fields["track"]


class NameForm(forms.Form):
    """The name on the certificate."""

    shown_name = forms.CharField(label=_("Name on the certificate"), max_length=rules.NAME_LIMIT, required=False)


class LeaveForm(forms.Form):
    """Why somebody's part ends, where another ends it."""

    why = forms.CharField(label=_("Reason"), max_length=rules.WHY_LIMIT)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = not own


class GuardianForm(forms.Form):
    """A guardian's consent that somebody of the centre has seen or heard."""

    email = forms.EmailField(label=_("E-mail address of the child's account"), max_length=254)
    guardian = forms.CharField(label=_("Name of the parent or guardian"), max_length=rules.NAME_LIMIT)
    given_on = _day(_("Given on"))
    means = forms.ChoiceField(label=_("How it was given"), choices=[(key, _(word)) for key, word in MEANS.items()])


class PointsForm(forms.Form):
    """The points of one learner, a field a stage that is not online."""

    def __init__(self, *args: Any, stages: Sequence[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage, word in stages:
            label = _("{stage}, of {most}").format(stage=word, most=stage.hours or stage.most)
            self.fields[f"stage_{stage.pk}"] = forms.IntegerField(
                label=label, min_value=0, max_value=stage.hours or stage.most, required=False
            )

    def points(self) -> dict[int, int]:
        """Points by stage, of those that were filled in."""
        found = {int(name.removeprefix("stage_")): value for name, value in self.cleaned_data.items()}
        return {stage: value for stage, value in found.items() if value is not None}


class ProgressForm(forms.Form):
    """A list of hours to look at."""

    file = forms.FileField(
        label=_("The list of hours, as CSV or XLSX"),
        help_text=_("Headings: e-mail and hours. You see everything first; nothing is stored yet."),
    )


class PlacementForm(forms.Form):
    """Where somebody was hired."""

    employer = forms.CharField(label=_("Employer"), max_length=rules.EMPLOYER_LIMIT)
    number = forms.CharField(label=_("Employer's business registration number"), max_length=20, required=False,
                             help_text=_("If you know it."))  # fmt: skip
    hired_on = _day(_("Hired on"))
    evidence = forms.CharField(
        label=_("What shows it"), max_length=rules.EVIDENCE_LIMIT,
        help_text=_("Such as the number of a certificate of employment, or of the list of the insured."),
    )  # fmt: skip


class SelectForm(forms.Form):
    """Nothing to fill in: only whether one is sure."""


class LearnerSearchForm(forms.Form):
    """Words and a state; nothing of it is needed."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False, max_length=80,
                        widget=forms.TextInput({"type": "search"}))  # fmt: skip
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *((key, _(word)) for key, word in STATES.items())]
    )
