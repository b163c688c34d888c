"""What staff fill in about who funds what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.actors import Actor
from madang.portal.funding import queries
from madang.portal.funding.sentences import KINDS
from madang.portal.resources import queries as resources
from madang.portal.templatetags.madang import in_language


class SourceForm(forms.Form):
    """A budget that computing is paid from."""

    code = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Small letters, digits and hyphens."))
    name_ko = forms.CharField(label=_("Name in Korean"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    kind = forms.ChoiceField(label=_("Whose money it is"), choices=[(kind, _(word)) for kind, word in KINDS.items()])


class FundingForm(forms.Form):
    """From which month on which sources fund a pool, in per cent."""

    pool = forms.ChoiceField(label=_("Pool"))
    first_month = forms.CharField(label=_("From this month on"), max_length=7, help_text=_("For example 2026-05"))

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"].choices = [(row.code, in_language(row, "name")) for row in resources.pools(by)]
        self.codes = {}
        for row in queries.sources(by):
            self.codes[f"share_{row.pk}"] = row.code
            self.fields[f"share_{row.pk}"] = forms.DecimalField(
                label=_("{source} (%)").format(source=in_language(row, "name")),
                min_value=0,
                max_value=100,
                decimal_places=1,
                required=False,
            )

    def parts(self) -> dict[str, int]:
        """The sources that were given a share, in permille."""
        given = {code: self.cleaned_data[name] or Decimal(0) for name, code in self.codes.items()}
        return {code: int(share * 10) for code, share in given.items() if share}
