"""What staff fill in about the fee of a facility."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.templatetags.madang import in_language


class FeeForm(forms.Form):
    """As what bookings of a facility are charged."""

    product = forms.ChoiceField(label=_("Charged as"), required=False)

    def __init__(self, *args: Any, products: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(row.code, f"{in_language(row, 'name')} ({row.code})") for row in products]
        self.fields["product"].choices = [("", _("Nothing: it is free of charge")), *named]
