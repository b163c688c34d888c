"""Reasons in words fit to be published, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from gettext import NullTranslations

from madang.allocation.amounts import amount, decimal, month_name, per_cent, points
from madang.allocation.reasons import Reason
from madang.allocation.remarks import remarks
from madang.catalogues import translation

POINTS = ("score", "points")
BARE_POINTS = ("line", "lowest", "preference")
AMOUNTS = ("free", "asked", "least", "one_more")
MILLIONTHS = ("stays", "factor")
Say = Callable[[str], str]


def sentence(reason: Reason, language: str, names: Mapping[str, str] | None = None) -> str:
    """The reason in "en" or "ko". `names`: how codes of pools, tracks and criteria are shown, where they differ."""
    words = translation(language)
    shown = _shown(reason.facts, words, names or {})
    body = _bodies(words.gettext)[reason.code].format(**shown)
    return " ".join([body, *remarks(reason.facts, shown, language, names or {})])


def _bodies(_: Say) -> dict[str, str]:
    return {
        "kept": _("This award has been accepted already and stays as it is: {parts}."),
        "below_minimum_score": _("Not selected: {score}, below the minimum of {line}."),
        "below_minimum_criterion": _("Not selected: {points} for {criterion}, below the minimum of {line}."),
        "granted_whole": _("Selected at place {place} of {of} with {score}: {parts}."),
        "below_tier": _("Not selected: {score}, below the {line} from which the lottery is drawn."),
        **_refusals_in_turn(_),
        **_scaled(_),
        "chosen_whole": _("Selected with {score}: {parts}."),
        "chosen_reduced": _("Selected in part with {score}: {parts}."),
        **_cuts(_),
        **_left_out(_),
    }


def _refusals_in_turn(_: Say) -> dict[str, str]:
    return {
        "pool_full": _(
            "Not selected at place {place} of {of} with {score}: when its turn came, {pool} had {free} left in "
            "{month}, and it asked for {asked}."
        ),
        "reserve_reached": _(
            "Not selected at place {place} of {of} with {score}: when its turn came, {pool} had {free} left in "
            "{month} beside what is kept in reserve, and it asked for {asked}."
        ),
        "budget_full": _(
            "Not selected at place {place} of {of} with {score}: when its turn came, the budget of {group} had "
            "{free} of {pool} left in {month}, and it asked for {asked}."
        ),
        "share_reached": _(
            "Not selected at place {place} of {of} with {score}: {holder} may still be given {free} of {pool}, "
            "and it asked for {asked}."
        ),
        "list_ended": _(
            "Not selected at place {place} of {of} with {score}: the list for {pool} ended at place "
            "{ended_place}, for which too little was left."
        ),
        "list_ended_budget": _(
            "Not selected at place {place} of {of} with {score}: the list of {group} for {pool} ended at place "
            "{ended_place}, for which too little of the budget was left."
        ),
    }


def _scaled(_: Say) -> dict[str, str]:
    return {
        "scaled_whole": _("Selected in full with {score}: {parts}."),
        "scaled_cut": _("Selected in part with {score}: {parts}. By score and size, {stays} % of the ask stays."),
        "scaled_to_nothing": _(
            "Not selected with {score}: after all cuts, rounded down, {left} of the {asked} of {pool} asked for would "
            "be left, less than the least useful amount of {least}. By score and size, {stays} % of the ask stays."
        ),
        "scaled_dropped": _(
            "Not selected at place {place} of {of} with {score}: not even the least useful amounts fit for everyone, "
            "and the last placed go without."
        ),
        "scaled_dropped_pool": _(
            "Not selected at place {place} of {of} with {score}: not even the least useful amounts of {pool} fit for "
            "everyone, and the last placed go without."
        ),
    }


def _cuts(_: Say) -> dict[str, str]:
    return {
        "chosen_reduced_pool_full": _(
            "Selected in part with {score}: {parts}. For more, {pool} had too little left in {month} ({free})."
        ),
        "chosen_reduced_reserve_reached": _(
            "Selected in part with {score}: {parts}. For more, {pool} had too little left in {month} beside "
            "what is kept in reserve ({free})."
        ),
        "chosen_reduced_budget_full": _(
            "Selected in part with {score}: {parts}. For more, the budget of {group} had too little of "
            "{pool} left in {month} ({free})."
        ),
        "chosen_reduced_share_reached": _(
            "Selected in part with {score}: {parts}. More of {pool} would exceed what {holder} may be given "
            "({free} left)."
        ),
        "chosen_reduced_rule": _(
            "Selected in part with {score}: {parts}. One more would break a rule about all awards together."
        ),
    }


def _left_out(_: Say) -> dict[str, str]:
    return {
        "left_out_pool_full": _(
            "Not selected with {score}: after all awards, {pool} has {free} left in {month}, and the least "
            "useful amount is {least}."
        ),
        "left_out_reserve_reached": _(
            "Not selected with {score}: after all awards, {pool} has {free} left in {month} beside what is kept "
            "in reserve, and the least useful amount is {least}."
        ),
        "left_out_budget_full": _(
            "Not selected with {score}: after all awards, the budget of {group} has {free} of {pool} left "
            "in {month}, and the least useful amount is {least}."
        ),
        "left_out_share_reached": _(
            "Not selected with {score}: after all awards, {holder} may still be given {free} of {pool}, and the "
            "least useful amount is {least}."
        ),
        "left_out_rule": _("Not selected with {score}: an award would break a rule about all awards together."),
        "left_out": _("Not selected with {score}: no way of serving it is part of the awards chosen together."),
    }


def _shown(facts: Mapping[str, object], words: NullTranslations, names: Mapping[str, str]) -> dict[str, str]:
    _ = words.gettext
    shown: dict[str, str] = {"month": _("the months asked for")}
    for name, value in facts.items():
        if name in POINTS and isinstance(value, int):
            shown[name] = points(value, words)
        elif name in BARE_POINTS and isinstance(value, int):
            shown[name] = decimal(value, 1000)
        elif name in MILLIONTHS and isinstance(value, int):
            shown[name] = per_cent(value)
        elif name in AMOUNTS and isinstance(value, int):
            scale = 1000 if facts.get("in_thousandths") else 1
            shown[name] = amount(value, str(facts["unit"]), words, months="month" not in facts, scale=scale)
        elif name in ("month", "starts"):
            shown[name] = month_name(str(value), _)
        elif name == "parts":
            assert isinstance(value, list)
            shown[name] = ", ".join(_part(part, words, names) for part in value)
            shown |= _lacking(value, words, names)
        elif name == "holder" and value == "":
            shown[name] = _("its organisation")
        elif name == "pool" and value == "":
            shown[name] = _("all resources")
        else:
            shown[name] = names.get(str(value), str(value))
    return shown


def _lacking(parts: list[Mapping[str, object]], words: NullTranslations, names: Mapping[str, str]) -> dict[str, str]:
    """Of what was cut to nothing: the first item of which less would be left than is useful."""
    for part in parts:
        if "left" in part:
            unit, total = str(part["unit"]), bool(part["total"])
            amounts = {
                key: amount(int(str(part[key])), unit, words, months=total) for key in ("left", "asked", "least")
            }
            return {**amounts, "pool": names.get(str(part["pool"]), str(part["pool"]))}
    return {}


def _part(part: Mapping[str, object], words: NullTranslations, names: Mapping[str, str]) -> str:
    unit, pool, total = str(part["unit"]), names.get(str(part["pool"]), str(part["pool"])), bool(part.get("total"))
    given, asked = part["given"], part["asked"]
    assert isinstance(given, int)
    assert isinstance(asked, int)
    amounts = {
        "given": amount(given, unit, words, months=total),
        "asked": amount(asked, unit, words, months=total),
        "pool": pool,
    }
    if given == asked:
        return words.gettext("{given} of {pool}").format(**amounts)
    return words.gettext("{given} of {pool} ({asked} asked for)").format(**amounts)
