"""What people fill in to sign: the password again, or a signed paper; and why a paper is sent back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ClickForm(forms.Form):
    """A signature by click."""

    confirm = forms.BooleanField(label=_("I have read the agreement and sign it for my side."))
    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PaperForm(forms.Form):
    """A signed copy."""

    paper = forms.FileField(label=_("Signed agreement as PDF"), help_text=_("The centre looks at it before it counts."))


class RefusePaperForm(forms.Form):
    """Why a paper is sent back."""

    comment = forms.CharField(label=_("What is wrong with it?"), max_length=500, widget=forms.Textarea)


class PurposeForm(forms.Form):
    """What a paper is needed for, before it is downloaded."""

    purpose = forms.CharField(label=_("What do you need the file for?"), max_length=200)


class ConfirmForm(forms.Form):
    """A new version is wanted, though what was signed no longer counts then."""

    confirm = forms.BooleanField(label=_("Both sides have to sign the new version. Draw it up."))
