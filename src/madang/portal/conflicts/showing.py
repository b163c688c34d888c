"""A call's rules on conflicts in words, for its public page and for the page where they are set."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from madang.portal.conflicts import queries, rules
from madang.portal.conflicts.sentences import GROUNDS, SEVERITIES
from madang.review.presets import Preset


def lines(preset: Preset) -> list[tuple[str, str]]:
    """Every ground that a rule speaks of, with what follows and for how long, in the order of the page."""
    order = (*rules.ALWAYS, *rules.CHOSEN)
    return [(gettext(GROUNDS[one]), _follows(preset.rules[one])) for one in order if one in preset.rules]


def _follows(rule: Any) -> str:
    word = gettext(SEVERITIES[rule.severity])
    if rule.years is None:
        return word
    if rule.years == 0:
        return gettext("{what}, while it lasts").format(what=word)
    years = ngettext(
        "{what}, up to {count} year after it ended", "{what}, up to {count} years after it ended", rule.years
    )
    return years.format(what=word, count=rule.years)


def of_tracks(tracks: list[Any]) -> dict[int, list[tuple[str, str]]]:
    """The same for each track of a call, by track; one query."""
    return {pk: lines(preset) for pk, preset in queries.presets(tracks).items()}
