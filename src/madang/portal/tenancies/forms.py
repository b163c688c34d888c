"""What is filled in about tenancies: an offer, an end, an extension, a check-out, residents, reports, requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.camp.forms import choices, day_field, long_field, spaces_field
from madang.portal.camp.rules import NAME
from madang.portal.facilities.rules import clock, days_of, minutes_of, weekdays_of
from madang.portal.facilities.sentences import WEEKDAYS
from madang.portal.templatetags.madang import in_language
from madang.portal.tenancies import rules
from madang.portal.tenancies.rules import Condition, Hours, MonthFigures
from madang.portal.tenancies.sentences import CONDITIONS


class SelectForm(forms.Form):
    """What a selected organisation gets."""

    starts_on = day_field(_("First day"))
    reason = long_field(_("Reason"))

    def __init__(self, *args: Any, spaces: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["spaces"] = spaces_field(spaces)
        self.order_fields(["organisation", "spaces", "starts_on"])


class OfferForm(SelectForm):
    """The same straight for an organisation, with an end and the longest end."""

    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    ends_on = day_field(_("First day after it"))
    ceiling_on = day_field(_("First day after it at the latest, with every extension"))

    def __init__(self, *args: Any, organisations: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = [(row.pk, row.name) for row in organisations]
        self.order_fields(["organisation", "spaces", "starts_on", "ends_on", "ceiling_on", "reason"])


class SignForm(forms.Form):
    """That the text was read and is agreed to."""

    text_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    agreed = forms.BooleanField(label=_("I have read the agreement and agree to it for the organisation"))


class EndForm(forms.Form):
    """The first day after the tenancy, and why."""

    ends_on = day_field(_("First day after it"))
    reason = long_field(_("Reason"))


class DecideForm(forms.Form):
    """Approve or refuse, with a reason where it is refused."""

    approve = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect, choices=[("yes", _("Extend")), ("no", _("Do not extend"))]
    )
    reason = long_field(_("Reason"), required=False, help_text=_("Needed where it is refused; the tenant reads it."))


class ItemForm(forms.Form):
    """A thing of the check-out."""

    what = forms.CharField(
        label=_("Which thing"), max_length=rules.WHAT, help_text=_("Such as a key, a desk, the walls")
    )
    condition = forms.TypedChoiceField(label=_("Condition"), coerce=Condition, choices=choices(CONDITIONS))
    owed_won = forms.IntegerField(label=_("Owed (won)"), min_value=0, max_value=rules.WON_MOST, initial=0)


class HoursForm(forms.Form):
    """When a resident may come in."""

    opens = forms.CharField(label=_("Comes in from"), max_length=5, initial="00:00", help_text=_("Such as 09:00"))
    closes = forms.CharField(label=_("Until"), max_length=5, initial="24:00", help_text=_("24:00 is midnight"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"), coerce=int, widget=forms.CheckboxSelectMultiple, initial=list(range(7)),
        choices=[(place, _(word)) for place, word in enumerate(WEEKDAYS)],
    )  # fmt: skip

    def _minutes(self, name: str) -> int:
        try:
            return minutes_of(self.cleaned_data[name])
        except ValueError as error:
            raise forms.ValidationError(_("A time of day such as 09:30")) from error

    def clean_opens(self) -> int:
        return self._minutes("opens")

    def clean_closes(self) -> int:
        return self._minutes("closes")

    def hours(self) -> Hours:
        """What the actions take."""
        given = self.cleaned_data
        return Hours(given["opens"], given["closes"], weekdays_of(given["weekdays"]))

    @staticmethod
    def filled(row: Any) -> dict[str, Any]:
        """What stands in the form of a resident."""
        return {"opens": clock(row.opens), "closes": clock(row.closes), "weekdays": days_of(row.weekdays)}


class ResidentForm(HoursForm):
    """Who of the tenant's people, and when."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, help_text=_("Somebody of your organisation"))

    def __init__(self, *args: Any, people: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(row.pk, row.name) for row in people]
        self.order_fields(["person"])


class VisitorForm(forms.Form):
    """Who comes, and when."""

    name = forms.CharField(label=_("Name of the visitor"), max_length=NAME,
                           help_text=_("It is deleted some time after the visit."))  # fmt: skip
    on = day_field(_("Day of the visit"))


class ReportForm(forms.Form):
    """A month's figures."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    staff = forms.IntegerField(label=_("People employed at the month's end"), min_value=0, max_value=rules.COUNT_MOST)
    revenue_won = forms.IntegerField(label=_("Revenue of the month (won)"), min_value=0, max_value=rules.WON_MOST)
    investment_won = forms.IntegerField(
        label=_("Investment won in the month (won)"), min_value=0, max_value=rules.WON_MOST
    )
    patents = forms.IntegerField(label=_("Patents filed in the month"), min_value=0, max_value=rules.COUNT_MOST)
    why = long_field(_("Why it is corrected"), required=False)

    def figures(self) -> MonthFigures:
        """What the action takes."""
        return MonthFigures(**{name: self.cleaned_data[name] for name in MonthFigures.__dataclass_fields__})


class RequestForm(forms.Form):
    """What has to be mended, and where."""

    what = forms.CharField(label=_("What has to be repaired"), max_length=rules.WHAT)
    space = forms.TypedChoiceField(label=_("Where"), coerce=int, required=False, empty_value=None)
    words = long_field(_("What is wrong with it"))

    def __init__(self, *args: Any, spaces: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(row.pk, f"{row.code} {in_language(row, 'name')}") for row in spaces]
        self.fields["space"].choices = [("", _("Somewhere else")), *named]


class MoveForm(forms.Form):
    """The answer that goes with a step of a request."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    words = long_field(_("Answer"), required=False, help_text=_("Needed when it is done, or is asked for again."))


class TextForm(forms.Form):
    """The next version of the agreement."""

    text_ko = long_field(_("Text in Korean"), rules.TEXT_MOST, 12)
    text_en = long_field(_("Text in English"), rules.TEXT_MOST, 12)
