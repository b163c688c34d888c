"""What is filled in about idle awards: the rule, a notice, its answer, a smaller amount, and dropping it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.takebacks import queries
from madang.portal.takebacks.rules import LEAST_GRACE, MOST_DAYS, AnswerKind
from madang.portal.takebacks.sentences import ANSWERS
from madang.portal.templatetags.madang import in_language
from madang.values import SECONDS_PER_HOUR


def _text(label: Any, length: int = 1000, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.Textarea(attrs={"rows": 5}), help_text=help_text
    )


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class RuleForm(forms.Form):
    """From when which use is too little."""

    call = forms.TypedChoiceField(label=_("For which call"), coerce=int, empty_value=None, required=False)
    percent = forms.IntegerField(
        label=_("Percent of the plan"),
        min_value=0,
        max_value=100,
        help_text=_("Use below this share of what was planned by then counts as idle. 0 looks at nothing."),
    )
    after_days = forms.IntegerField(
        label=_("Not in the first days of an award"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Days from the day on which the award came into force."),
    )
    grace_days = forms.IntegerField(label=_("Days to answer a notice"), min_value=LEAST_GRACE, max_value=MOST_DAYS)
    starts_on = _day(_("In force from"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calls = [(row.pk, in_language(row, "title")) for row in queries.calls(by)]
        self.fields["call"].choices = [("", _("The whole centre")), *calls]


class AmountForm(forms.Form):
    """How many whole hours are taken back, at most `most` of them, and why; no hours where an award goes whole."""

    reason = _text(_("Reasons"), help_text=_("The organisation reads them."))

    def __init__(self, *args: Any, most: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if most is not None:
            self.fields["hours"] = forms.IntegerField(label=_("Hours to take back"), min_value=1, max_value=most)
            self.order_fields(["hours", "reason"])

    @property
    def amount(self) -> int | None:
        """The seconds, once it is valid; None where no hours were asked for."""
        hours = self.cleaned_data.get("hours")
        return None if hours is None else hours * SECONDS_PER_HOUR


class AnswerForm(forms.Form):
    """What an organisation says to a notice, once."""

    kind = forms.ChoiceField(
        label=_("Your answer"), choices=[(one.value, _(ANSWERS[one])) for one in AnswerKind], widget=forms.RadioSelect
    )
    text = _text(_("Reasons"), 4000, _("Why less was used than planned, and when you mean to use it. Sent once."))


class DropForm(forms.Form):
    """Why nothing is taken, and until when the award is left alone."""

    reason = _text(_("Reasons"), help_text=_("The organisation reads them."))
    exempt_until = _day(
        _("Exempt until"), required=False, help_text=_("Leave it empty to look at the award again at once.")
    )
