"""The forms of persons: what is one's own, searching for persons, giving a role."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Role
from madang.portal.people.rules import NAME_LIMIT
from madang.portal.people.sentences import ROLES


class Profile(forms.Form):
    """Name and language."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LIMIT, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of pages and mails"), choices=settings.LANGUAGES)


class NewEmail(forms.Form):
    """The address that is to take the place of the present one."""

    email = forms.EmailField(
        label=_("New e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )


class Search(forms.Form):
    """Words to look for."""

    q = forms.CharField(label=_("Search"), max_length=80, required=False, widget=forms.TextInput({"type": "search"}))


class GrantRole(forms.Form):
    """The role to give."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, _(ROLES[role])) for role in Role])

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class Confirm(forms.Form):
    """Nothing to fill in: the button is the answer."""
