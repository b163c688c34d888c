"""What a programme manager chooses for each relation between a reviewer and an applicant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.portal.conflicts import rules
from madang.portal.conflicts.sentences import GROUNDS, SEVERITIES
from madang.review.presets import Ground, Preset


class RulesForm(forms.Form):
    """For each ground what follows and for how many years, the days to report an interest, and why it is set so."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    tradition = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for ground in rules.CHOSEN:
            words = [(one.value, _(SEVERITIES[one])) for one in rules.possible(ground)]
            follows = forms.ChoiceField(
                label=_("What follows"), required=False, choices=[*words, ("", _(SEVERITIES[""]))]
            )
            self.fields[f"follows_{ground}"] = follows
            if ground in rules.ENDING:
                self.fields[f"years_{ground}"] = forms.IntegerField(
                    label=_("For how many years after it ended"), required=False, min_value=0, max_value=rules.LONGEST,
                    help_text=_("0: only while it lasts. Empty: for ever."),
                )  # fmt: skip
        self.fields["report_days"] = forms.IntegerField(
            label=_("Days within which an interest is to be reported"), required=False, min_value=1, max_value=365,
        )  # fmt: skip
        self.fields["domains"] = forms.BooleanField(
            label=_("An e-mail address at the same domain counts as a possible match too"), required=False
        )
        self.fields["reason"] = forms.CharField(
            label=_("Why the rules are set so"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
        )

    @staticmethod
    def of(preset: Preset, tradition: str, number: int) -> dict[str, Any]:
        """The initial values of rules as they stand."""
        values: dict[str, Any] = {"number": number, "tradition": tradition}
        values |= {"report_days": preset.report_days, "domains": preset.domains}
        for ground in rules.CHOSEN:
            rule = preset.rules.get(ground)
            values |= {
                f"follows_{ground}": rule.severity if rule else "",
                f"years_{ground}": rule.years if rule else None,
            }
        return values

    def grounds(self) -> Iterator[tuple[str, list[Any]]]:
        """The fields of each ground under its words, for the page."""
        for ground in rules.CHOSEN:
            names = (f"follows_{ground}", f"years_{ground}")
            yield gettext(GROUNDS[ground]), [self[name] for name in names if name in self.fields]

    def table(self) -> dict[str, dict[str, Any]]:
        """What the action takes."""
        data = self.cleaned_data
        chosen = {ground: data.get(f"follows_{ground}") for ground in rules.CHOSEN}
        return {
            str(ground): {"severity": follows, "years": data.get(f"years_{Ground(ground)}")}
            for ground, follows in chosen.items()
            if follows
        }
