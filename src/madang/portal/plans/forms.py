"""What a programme manager fills in to have plans solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.plans.rules import MOST_AT_ONCE, PolicyChoice
from madang.portal.plans.sentences import POLICIES

OWN = "own-"


class ProposeForm(forms.Form):
    """One to six policies, and the seed of the lottery that breaks last ties unless one is committed.

    `own`: (id of a version, its name) of the intake's own policies.
    """

    policies = forms.MultipleChoiceField(
        label=_("Policies"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose one to six; each gives a plan, and the plans can be compared."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        max_value=2**53,
        help_text=_("Decides the lottery between equals. Agree on it before, or take one that nobody controls."),
    )

    def __init__(self, own: Sequence[tuple[int, str]], committed: bool, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        choices = [(f"{OWN}{pk}", name) for pk, name in own]
        choices += [(one.value, _(POLICIES[one])) for one in PolicyChoice]
        self.fields["policies"].choices = choices
        if committed:
            del self.fields["seed"]

    def clean_policies(self) -> list[PolicyChoice | int]:
        given = self.cleaned_data["policies"]
        if len(given) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most {most} at once.").format(most=MOST_AT_ONCE))
        return [int(one.removeprefix(OWN)) if one.startswith(OWN) else PolicyChoice(one) for one in given]

    @property
    def chosen(self) -> dict[str, Any]:
        """What the action takes."""
        return {"policies": self.cleaned_data["policies"], "seed": self.cleaned_data.get("seed", 0)}
