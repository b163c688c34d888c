"""Reasons in words fit to be published, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from gettext import NullTranslations

from madang.allocation.explain import Reason
from madang.catalogues import translation
from madang.values import Month

POINTS = ("score", "line", "points", "lowest")
AMOUNTS = ("free", "asked", "least", "one_more")
Say = Callable[[str], str]


def sentence(reason: Reason, language: str, names: Mapping[str, str] | None = None) -> str:
    """The reason in "en" or "ko". `names`: how codes of pools, tracks and criteria are shown, where they differ."""
    words = translation(language)
    shown = _shown(reason.facts, words, names or {})
    _ = words.gettext
    parts = [_bodies(_)[reason.code].format(**shown)]
    if "gap" in reason.facts:
        parts.append(_together(reason.facts["gap"], _))
    if "lowest" in shown:
        parts.append(_("The lowest score granted there is {lowest}.").format(**shown))
    if "rule" in shown:
        parts.append(_("Rule: “{rule_sentence}”").format(rule_sentence=_in(language, reason.facts["rule_sentence"])))
    if "reserve_place" in shown:
        parts.append(_("Place {reserve_place} on the reserve list.").format(**shown))
    return " ".join(parts)


def _bodies(_: Say) -> dict[str, str]:
    return {
        "kept": _("This award has been accepted already and stays as it is: {parts}."),
        "below_minimum_score": _("Not selected: {score} points, below the minimum of {line}."),
        "below_minimum_criterion": _("Not selected: {points} points for {criterion}, below the minimum of {line}."),
        "granted_whole": _("Selected at place {place} of {of} with {score} points: {parts}."),
        **_refusals_in_turn(_),
        "chosen_whole": _("Selected with {score} points: {parts}."),
        "chosen_reduced": _("Selected in part with {score} points: {parts}."),
        **_cuts(_),
        **_left_out(_),
    }


def _refusals_in_turn(_: Say) -> dict[str, str]:
    return {
        "pool_full": _(
            "Not selected at place {place} of {of} with {score} points: when its turn came, {pool} had {free} left in "
            "{month}, and it asked for {asked}."
        ),
        "budget_full": _(
            "Not selected at place {place} of {of} with {score} points: when its turn came, the budget of "
            "“{track}” had {free} of {pool} left in {month}, and it asked for {asked}."
        ),
        "share_reached": _(
            "Not selected at place {place} of {of} with {score} points: its organisation may still be given "
            "{free} of {pool}, and it asked for {asked}."
        ),
        "list_ended": _(
            "Not selected at place {place} of {of} with {score} points: the list for {pool} ended at place "
            "{ended_place}, for which too little was left."
        ),
        "list_ended_budget": _(
            "Not selected at place {place} of {of} with {score} points: the list of “{track}” for {pool} ended at "
            "place {ended_place}, for which too little of the budget was left."
        ),
    }


def _cuts(_: Say) -> dict[str, str]:
    return {
        "chosen_reduced_pool_full": _(
            "Selected in part with {score} points: {parts}. For more, {pool} had too little left in {month} ({free})."
        ),
        "chosen_reduced_budget_full": _(
            "Selected in part with {score} points: {parts}. For more, the budget of “{track}” had too little of "
            "{pool} left in {month} ({free})."
        ),
        "chosen_reduced_share_reached": _(
            "Selected in part with {score} points: {parts}. More of {pool} would exceed what its organisation may be "
            "given ({free} left)."
        ),
    }


def _left_out(_: Say) -> dict[str, str]:
    return {
        "left_out_pool_full": _(
            "Not selected with {score} points: after all awards, {pool} has {free} left in {month}, and the least "
            "useful amount is {least}."
        ),
        "left_out_budget_full": _(
            "Not selected with {score} points: after all awards, the budget of “{track}” has {free} of {pool} left "
            "in {month}, and the least useful amount is {least}."
        ),
        "left_out_share_reached": _(
            "Not selected with {score} points: after all awards, its organisation may still be given {free} of {pool}, "
            "and the least useful amount is {least}."
        ),
    }


def _together(gap: object, _: Say) -> str:
    """How a portfolio was chosen, and no more than was proven about it."""
    if gap == 0:
        return _(
            "The awards were chosen together; no other choice within the rules gives a larger sum of "
            "score × amount × months."
        )
    assert isinstance(gap, int)
    return _(
        "The awards were chosen together; their sum of score × amount × months is within {gap} % of the largest "
        "possible."
    ).format(gap=_decimal(gap, 10_000))


def _shown(facts: Mapping[str, object], words: NullTranslations, names: Mapping[str, str]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name, value in facts.items():
        if name in POINTS and isinstance(value, int):
            shown[name] = _decimal(value, 1000)
        elif name in AMOUNTS and isinstance(value, int):
            shown[name] = _amount(value, str(facts["unit"]), words, months="month" not in facts)
        elif name == "month":
            shown[name] = _month(str(value), words.gettext)
        elif name == "parts":
            assert isinstance(value, list)
            shown[name] = ", ".join(_part(part, words, names) for part in value)
        else:
            shown[name] = names.get(str(value), str(value))
    return shown


def _part(part: Mapping[str, object], words: NullTranslations, names: Mapping[str, str]) -> str:
    unit, pool = str(part["unit"]), names.get(str(part["pool"]), str(part["pool"]))
    given, asked = part["given"], part["asked"]
    assert isinstance(given, int)
    assert isinstance(asked, int)
    amounts = {"given": _amount(given, unit, words), "asked": _amount(asked, unit, words), "pool": pool}
    if given == asked:
        return words.gettext("{given} of {pool}").format(**amounts)
    return words.gettext("{given} of {pool} ({asked} asked for)").format(**amounts)


def _amount(n: int, unit: str, words: NullTranslations, *, months: bool = False) -> str:
    """An amount with its unit: 16 GPUs, 16 GPU-hours a month; with `months` over a window: 96 GPU-months, GPU-hours."""
    ngettext, number = words.ngettext, f"{n:,}"
    if months:
        known = {
            "gpu": ngettext("{n} GPU-month", "{n} GPU-months", n),
            "server": ngettext("{n} server-month", "{n} server-months", n),
            "core": ngettext("{n} core-month", "{n} core-months", n),
            "gpu_hour": ngettext("{n} GPU-hour", "{n} GPU-hours", n),
            "core_hour": ngettext("{n} core-hour", "{n} core-hours", n),
        }
        other = ngettext("{n} {unit}-month", "{n} {unit}-months", n)
    else:
        known = {
            "gpu": ngettext("{n} GPU", "{n} GPUs", n),
            "server": ngettext("{n} server", "{n} servers", n),
            "core": ngettext("{n} core", "{n} cores", n),
            "gpu_hour": ngettext("{n} GPU-hour a month", "{n} GPU-hours a month", n),
            "core_hour": ngettext("{n} core-hour a month", "{n} core-hours a month", n),
            "petaflops": ngettext("{n} petaflops", "{n} petaflops", n),
        }
        other = "{n} {unit}"
    return known.get(unit.lower(), other).format(n=number, unit=unit)


def _month(text: str, _: Say) -> str:
    month = Month.parse(text)
    names = (
        _("January {year}"),
        _("February {year}"),
        _("March {year}"),
        _("April {year}"),
        _("May {year}"),
        _("June {year}"),
        _("July {year}"),
        _("August {year}"),
        _("September {year}"),
        _("October {year}"),
        _("November {year}"),
        _("December {year}"),
    )
    return names[month.number - 1].format(year=month.year)


def _decimal(value: int, scale: int) -> str:
    """value ÷ scale (a power of ten) written out exactly, without trailing zeros."""
    whole, part = divmod(value, scale)
    digits = str(part).rjust(len(str(scale)) - 1, "0").rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def _in(language: str, sentences: object) -> str:
    assert isinstance(sentences, Mapping)
    return str(sentences[language if language in sentences else "en"])
