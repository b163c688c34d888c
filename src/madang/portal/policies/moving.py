"""The draft of a policy with other numbers, its sentences worded anew where they were worded from the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from madang.catalogues import translation
from madang.portal.calls.models import Intake
from madang.portal.policies import queries, wording
from madang.portal.policies.models import AllocationPolicy
from madang.portal.policies.rules import Draft, moved
from madang.portal.policies.sentences import POLICY_KINDS


def present_draft(own: AllocationPolicy | None, policy: Mapping[str, Any]) -> Draft:
    """What a plan follows: the intake's own version, or a standard policy under the name of its kind."""
    if own is not None:
        return queries.draft_of(own)
    word = POLICY_KINDS[policy["policy"]]
    return Draft(translation("ko").gettext(word), translation("en").gettext(word), policy)


def reserve_draft(own: AllocationPolicy, policy: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Draft:
    """A list by rank with rules of another policy, by which the reserve list is served."""
    names = {lang: translation(lang).gettext("Reserve list, rules of {name}") for lang in wording.LANGUAGES}
    korean, english = names["ko"].format(name=own.name_ko), names["en"].format(name=own.name_en)
    return Draft(korean[:120], english[:120], policy, rules, own.reference, own.rates)


def moved_draft(
    intake: Intake, own: AllocationPolicy | None, policy: Mapping[str, Any], changes: Mapping[str, int]
) -> Draft:
    """The same with other numbers. Refused as `moved`."""
    before = present_draft(own, policy)
    after, terms = moved(before, changes), queries.terms(intake)
    return replace(
        after, rules=[_reworded(old, new, terms) for old, new in zip(before.rules, after.rules, strict=True)]
    )


def _reworded(old: Mapping[str, Any], new: Mapping[str, Any], terms: queries.Terms) -> Mapping[str, Any]:
    """A rule's sentences from its new numbers; those that somebody wrote by hand stay as they are."""
    was, now = (wording.sentences(one["kind"], one["params"], terms) for one in (old, new))
    sentence = {lang: now[lang] if text == was.get(lang) else text for lang, text in old["sentence"].items()}
    return {**new, "sentence": sentence}
