"""The forms for getting in: log-in, sign-up, passwords, tokens."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madang.portal.people.rules import NAME_LIMIT, TOKEN_DAYS, TokenScope
from madang.portal.people.sentences import TOKEN_SCOPES


def email_field() -> forms.EmailField:
    """An address that the browser can fill in."""
    return forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )


def name_field() -> forms.CharField:
    """A person's name."""
    return forms.CharField(label=_("Name"), max_length=NAME_LIMIT, widget=forms.TextInput({"autocomplete": "name"}))


def language_field() -> forms.ChoiceField:
    """The language of pages and mails."""
    return forms.ChoiceField(label=_("Language of pages and mails"), choices=settings.LANGUAGES)


def new_password_field() -> forms.CharField:
    """A password that is being set."""
    return forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        help_text=_("At least 10 characters; a sentence is easier to remember than signs."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


def password_field() -> forms.CharField:
    """The password that holds now."""
    return forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class LogIn(forms.Form):
    """Address and password."""

    email = email_field()
    password = password_field()


class SignUp(forms.Form):
    """Who wants an account; the password is set at the mailed link."""

    name = name_field()
    email = email_field()
    language = language_field()


class SetPassword(forms.Form):
    """A password behind a mailed link."""

    password = new_password_field()


class NewPerson(forms.Form):
    """An account whose address the link has proved already."""

    name = name_field()
    language = language_field()
    password = new_password_field()


class FirstOperator(NewPerson):
    """The first operator's account."""

    email = email_field()
    field_order = ["name", "email", "language", "password"]


class Reset(forms.Form):
    """Whose password is to be set anew."""

    email = email_field()


class ChangePassword(forms.Form):
    """The old password and the new one."""

    old = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = new_password_field()
    revoke_tokens = forms.BooleanField(
        label=_("Revoke all my API tokens too"),
        required=False,
        initial=True,
        help_text=_("Programs that act for you stop until you give them a new token."),
    )


class NewToken(forms.Form):
    """What a token is for and how long it holds."""

    name = forms.CharField(label=_("What the token is for"), max_length=60)
    scope = forms.ChoiceField(
        label=_("What the token may do"),
        choices=[(code, _(words)) for code, words in TOKEN_SCOPES.items()],
        widget=forms.RadioSelect,
        initial=TokenScope.READ,
    )
    days = forms.IntegerField(label=_("Valid for how many days"), min_value=1, max_value=TOKEN_DAYS, initial=90)
