"""The forms of organisations: particulars, invitations, findings, search."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import MemberRole
from madang.portal.organisations import queries
from madang.portal.people.rules import ORGANISATION_NAME_LIMIT, Attribute, OrganisationKind, Sector, SizeClass
from madang.portal.people.sentences import ATTRIBUTES, MEMBER_ROLES, ORGANISATION_KINDS, SECTORS, SIZE_CLASSES


def _day(label: str, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class Particulars(forms.Form):
    """What an organisation says of itself and can change; `now` decides which regions can be chosen."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=ORGANISATION_NAME_LIMIT)
    name_en = forms.CharField(label=_("Name in English"), max_length=ORGANISATION_NAME_LIMIT, required=False)
    kind = forms.TypedChoiceField(
        label=_("Kind"),
        coerce=OrganisationKind,
        choices=[(kind.value, _(ORGANISATION_KINDS[kind])) for kind in OrganisationKind],
    )
    size_class = forms.TypedChoiceField(
        label=_("Size class"),
        coerce=SizeClass,
        initial=SizeClass.NONE,
        help_text=_("As certified; only a company has one."),
        choices=[(size.value, _(SIZE_CLASSES[size])) for size in SizeClass],
    )
    sector = forms.TypedChoiceField(
        label=_("Sector"),
        coerce=Sector,
        required=False,
        empty_value=Sector.NONE,
        initial=Sector.NONE,
        help_text=_(
            "A company's main business, by the section of the Korean Standard Industrial Classification. It is for "
            "public figures alone and counts for no decision."
        ),
        choices=[(sector.value, _(SECTORS[sector])) for sector in Sector],
    )
    founded_on = _day(_("Founded on"), _("For a corporation the day of registration, else the day of opening."))
    region = forms.TypedChoiceField(label=_("Region of the head office"), coerce=int)

    def __init__(self, *args: object, now: datetime, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        korean = get_language() == "ko"
        self.fields["region"].choices = [
            (row.pk, row.name_ko if korean else row.name_en) for row in queries.regions(now)
        ]


class NewOrganisation(Particulars):
    """The particulars with the number, which is given once."""

    registration_number = forms.CharField(
        label=_("Business registration number"),
        max_length=20,
        help_text=_("Ten digits, with or without hyphens: 123-45-67891"),
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    field_order = ["name", "name_en", "registration_number"]


class EditOrganisation(Particulars):
    """The particulars with the version that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class Invite(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail address of the person to invite"), max_length=254)
    role = forms.TypedChoiceField(
        label=_("Role"),
        coerce=MemberRole,
        choices=[(role.value, _(MEMBER_ROLES[role])) for role in reversed(MemberRole)],
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)


class Finding(forms.Form):
    """What the evidence showed; the paper is named, no birth date is written."""

    attribute = forms.TypedChoiceField(
        label=_("What was checked"),
        coerce=Attribute,
        choices=[(attribute.value, _(ATTRIBUTES[attribute])) for attribute in Attribute],
    )
    holds = forms.TypedChoiceField(
        label=_("Finding"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Holds")), ("no", _("Does not hold"))],
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("The paper with its issuer, number and date; no birth date."),
    )
    valid_from = _day(_("Valid from"))
    valid_until = _day(_("Valid until (this day no longer)"))


class FirmGroup(forms.Form):
    """The group of firms that an organisation belongs to, with the version that was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    firm_group = forms.CharField(
        label=_("Group of firms"),
        max_length=80,
        required=False,
        help_text=_("Write the same name for every firm of the group. A reviewer of one is barred from all of them."),
    )


class Search(forms.Form):
    """Words or a number to look for."""

    q = forms.CharField(
        label=_("Name or business registration number"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search"}),
    )
