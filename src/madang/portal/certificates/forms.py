"""What is filled in about certificates: a code to check, and why one is revoked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.certificates import rules


class CheckForm(forms.Form):
    """The code on a certificate."""

    code = forms.CharField(label=_("Code of the certificate"), max_length=40)


class RevokeForm(forms.Form):
    """Why a certificate is revoked."""

    why = forms.CharField(label=_("Reason"), max_length=rules.WHY_LIMIT)


class IssueForm(forms.Form):
    """Nothing to fill in: only whether one is sure."""
