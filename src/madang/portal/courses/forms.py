"""What staff fill in about courses and cohorts, and about who teaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import INSTANTS
from madang.portal.courses import queries, rules
from madang.portal.courses.rules import Band, CohortGiven, CourseKind, CourseText, StageGiven, StageKind
from madang.portal.courses.sentences import BANDS, KINDS, STAGES


def _choices(of: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [(value, _(word)) for value, word in of.items()]


def day(label: Any, **more: Any) -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    """A minute on the centre's clock."""
    picker = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=picker, validators=INSTANTS, **more)


class CourseForm(forms.Form):
    """What a course is called and what it teaches."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.SlugField(
        label=_("Short code of the course"), max_length=30,
        help_text=_("Latin letters, digits and hyphens; certificates' numbers begin with it."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("For whom"), choices=_choices(KINDS))
    name_ko = forms.CharField(label=_("Course in Korean"), max_length=rules.NAME_LIMIT)
    name_en = forms.CharField(label=_("Course in English"), max_length=rules.NAME_LIMIT)
    about_ko = forms.CharField(label=_("What is taught, in Korean"), max_length=rules.ABOUT_LIMIT, required=False,
                               widget=forms.Textarea({"rows": 4}))  # fmt: skip
    about_en = forms.CharField(label=_("What is taught, in English"), max_length=rules.ABOUT_LIMIT, required=False,
                               widget=forms.Textarea({"rows": 4}))  # fmt: skip

    def text(self) -> CourseText:
        """What the actions take."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "kind")}
        return CourseText(kind=CourseKind(self.cleaned_data["kind"]), **given)


class CohortForm(forms.Form):
    """One time that a course is held: places, dates, hours, tracks and the stages of its selection."""

    number = forms.IntegerField(label=_("Number of the cohort"), min_value=1, max_value=999)
    organisation = forms.ChoiceField(
        label=_("Which organisation holds it"),
        help_text=_("Its rooms' hours are counted there, and a class shares an award of this organisation."),
    )
    places = forms.IntegerField(label=_("Number of places"), min_value=1, max_value=rules.PLACES_MOST)
    opens_at = moment(_("Applications open"))
    closes_at = moment(_("Applications close"))
    starts_on = day(_("First day"))
    last_on = day(_("Last day"))
    band = forms.ChoiceField(label=_("When it meets"), choices=_choices(BANDS))
    hours = forms.IntegerField(label=_("Hours in all"), min_value=1, max_value=rules.HOURS_MOST)
    attendance_least = forms.IntegerField(
        label=_("Attendance that a certificate asks for, in per cent"), min_value=0, max_value=100, initial=80
    )
    coursework_least = forms.IntegerField(
        label=_("Required coursework that a certificate asks for, in per cent"), min_value=0, max_value=100, initial=0,
        help_text=_("0 where completed coursework is no condition."),
    )  # fmt: skip
    tracks = forms.CharField(label=_("Tracks of the course"), required=False, widget=forms.Textarea({"rows": 3}),
                             help_text=_("One a line; leave empty where there are none."))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(str(one.pk), one.name) for one in queries.organisations()]
        for kind, word in STAGES.items():
            most, least = f"{kind}_most", f"{kind}_least"
            self.fields[most] = _number(_("{stage}: points at most").format(stage=_(word)))
            self.fields[least] = _number(_("{stage}: points needed").format(stage=_(word)))
            if kind == StageKind.ONLINE:
                label = _("{stage}: hours").format(stage=_(word))
                self.fields["online_hours"] = _number(label, rules.ONLINE_MOST)
        self.fields["papers_most"].help_text = _("A stage without points is left out.")

    def cohort(self) -> CohortGiven:
        """What the actions take."""
        given = self.cleaned_data
        names = ("number", "places", "opens_at", "closes_at", "starts_on", "hours", "attendance_least",
                 "coursework_least")  # fmt: skip
        return CohortGiven(
            **{name: given[name] for name in names},
            organisation=int(given["organisation"]),
            band=Band(given["band"]),
            ends_on=given["last_on"] + timedelta(days=1),
            tracks=tuple(line.strip() for line in given["tracks"].splitlines() if line.strip()),
            stages=tuple(
                StageGiven(
                    kind, given[f"{kind}_most"], given[f"{kind}_least"] or 0,
                    given["online_hours"] if kind is StageKind.ONLINE else None,
                )
                for kind in StageKind if given[f"{kind}_most"]
            ),
        )  # fmt: skip


def _number(label: Any, most: int = rules.POINTS_MOST) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most)


class TeacherForm(forms.Form):
    """Who teaches."""

    email = forms.EmailField(label=_("E-mail address of the teacher's account"), max_length=254)


class ShareForm(forms.Form):
    """The computing that the class shares."""

    award = forms.CharField(label=_("Number of the award that the class shares"), max_length=60)
    hours = forms.IntegerField(
        label=_("Hours of each pool that one learner may use"), min_value=1, max_value=1_000_000,
        help_text=_("Everybody uses the same award; nobody more than this. It ends with the cohort's last day."),
    )  # fmt: skip


class SureForm(forms.Form):
    """Nothing to fill in: only whether one is sure."""
