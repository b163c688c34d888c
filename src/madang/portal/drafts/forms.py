"""What an official fills in to write a call: basics, intakes, a track, the hand-over and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.portal.calls.forms import instant_field, long_text, month_field
from madang.portal.calls.rules import CallKind, ConflictRules
from madang.portal.calls.sentences import CALL_KINDS, CONFLICT_RULES, SCORE_RULES, STACKING
from madang.portal.drafts.rules import IntakeDraft
from madang.portal.prices.rules import Stacking
from madang.review.scores import Rule as ScoreRule


def chosen(values: Sequence[str], words: dict[str, str]) -> list[tuple[str, Any]]:
    """The choices of a field: values with their words."""
    return [(value, _(words[value])) for value in values]


class BasicsForm(forms.Form):
    """Kind, titles and summaries of a call."""

    kind = forms.ChoiceField(label=_("Kind of call"), choices=chosen(list(CallKind), CALL_KINDS))
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=160)
    title_en = forms.CharField(label=_("Title in English"), max_length=160)
    summary_ko = long_text(_("Summary in Korean"))
    summary_en = long_text(_("Summary in English"))
    blind = forms.BooleanField(
        label=_("Blind review: reviewers do not see who applies"),
        required=False,
        help_text=_("Cannot be changed once the call is published. Papers asked for go to screening only."),
    )


class NewCallForm(BasicsForm):
    """The same with the call's short name, which stands in its address and its receipt numbers."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Letters, digits and hyphens, for example gpu-2026-2. It stands in receipt numbers."),
    )
    field_order = ["code", "kind"]


class CopyForm(forms.Form):
    """Short name and titles of a call made from another."""

    code = NewCallForm.base_fields["code"]
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=160)
    title_en = forms.CharField(label=_("Title in English"), max_length=160)


class IntakeForm(forms.Form):
    """One intake's dates on the centre's clock, to the minute."""

    opens_at = instant_field(_("Opens"))
    closes_at = instant_field(_("Deadline"), help_text=_("What arrives at this minute or later is late."))
    review_due_at = instant_field(_("Review until"))
    decision_due_at = instant_field(_("Decision by"))
    accept_days = forms.IntegerField(label=_("Days to accept an award"), min_value=1, max_value=60, initial=7)
    objection_days = forms.IntegerField(label=_("Days to object to a decision"), min_value=1, max_value=365, initial=30)

    def entry(self) -> IntakeDraft:
        return IntakeDraft(**self.cleaned_data)


class TrackForm(forms.Form):
    """A track's own fields; its parts have pages of their own. The minimum total is given in points."""

    code = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Letters, digits and hyphens."))
    title_ko = forms.CharField(label=_("Title in Korean"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=120)
    guidance_ko = long_text(_("Guidance in Korean"), required=False)
    guidance_en = long_text(_("Guidance in English"), required=False)
    first_month = month_field(_("First month"))
    last_month = month_field(_("Last month"))
    minimum_months = forms.IntegerField(label=_("Least number of months"), min_value=1, max_value=60, initial=1)
    minimum_points = forms.IntegerField(label=_("Minimum total, in points"), min_value=0, max_value=10_000, initial=0)
    stacking = forms.ChoiceField(label=_("Several discounts"), choices=chosen(list(Stacking), STACKING))
    reviews_wanted = forms.IntegerField(label=_("Reviews for each application"), min_value=1, max_value=20, initial=3)
    conflict_rules = forms.ChoiceField(
        label=_("Conflicts of interest"), choices=chosen(list(ConflictRules), CONFLICT_RULES)
    )
    score_rule = forms.ChoiceField(label=_("How sheets become a score"), choices=chosen(list(ScoreRule), SCORE_RULES))
    document_weight = forms.IntegerField(
        label=_("Weight of the review of documents"), min_value=0, max_value=100, initial=1,
        help_text=_("The score is the mean of the steps by these weights; a step with 0 does not count."),
    )  # fmt: skip
    presentation_weight = forms.IntegerField(label=_("Weight of presentations"), min_value=0, max_value=100, initial=0)
    on_site_weight = forms.IntegerField(label=_("Weight of visits on site"), min_value=0, max_value=100, initial=0)
    quorum_percent = forms.IntegerField(
        label=_("Quorum of a committee, in per cent"), min_value=0, max_value=99, initial=50,
        help_text=_("More than this share of the seats must be present. Without them nothing is scored or decided."),
    )  # fmt: skip
    bonus_most = forms.IntegerField(
        label=_("Points that a committee may add at most"), min_value=0, max_value=100, initial=0
    )
    penalty_most = forms.IntegerField(
        label=_("Points that a committee may take off at most"), min_value=0, max_value=100, initial=0
    )

    peer_groups = forms.IntegerField(
        label=_("Review groups in which applicants review each other"), min_value=0, max_value=10, initial=0,
        help_text=_(
            "0: experts review. Otherwise at least 2, each with a ranking and a budget of its own; at most 5 reviews."
        ),
    )  # fmt: skip
    grace_days = forms.IntegerField(
        label=_("Days of grace for applicants' reviews"), min_value=0, max_value=30, initial=0,
        help_text=_("After that, whoever owes reviews can lose their own application."),
    )  # fmt: skip
    claims_most = forms.IntegerField(
        label=_("Bonus points that evidence can bring at most"), min_value=0, max_value=100, initial=0,
        help_text=_("What applicants claim and an officer confirms counts up to here in all."),
    )  # fmt: skip
    consensus = forms.BooleanField(
        label=_("Reviewers agree on one sheet"), required=False,
        help_text=_("Each scores alone first; then a moderator writes one sheet that they agree on, and it counts."),
    )  # fmt: skip
    halves = forms.BooleanField(
        label=_("Hours come in two halves"), required=False,
        help_text=_("Each award's second half is granted once a report on the first half of its days is accepted."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        weights = [given.get(f"{step}_weight") for step in ("document", "presentation", "on_site")]
        if None not in weights and not any(weights):
            self.add_error("document_weight", _("One of the steps must have a weight."))
        return given

    def values(self) -> dict[str, Any]:
        """The fields as a track keeps them."""
        given = dict(self.cleaned_data)
        return given | {"minimum_total_milli": given.pop("minimum_points") * 1000}


class HandOverForm(forms.Form):
    """A comment to the approver."""

    comment = forms.CharField(
        label=_("Comment to the approver"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DecisionForm(forms.Form):
    """The approver's decision, with the body's own document number."""

    document_number = forms.CharField(
        label=_("Number of the approval document"), max_length=60, required=False, help_text=_("Needed to approve.")
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to reject."),
    )
