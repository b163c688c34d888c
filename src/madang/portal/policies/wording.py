"""Puts policies and rules into published sentences, in English and Korean, from their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from madang.allocation.amounts import amount
from madang.allocation.policies import COMPUTE, CRITERION
from madang.catalogues import translation
from madang.portal.formats import decimal
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.policies import rates
from madang.portal.policies.queries import Names, Terms
from madang.portal.policies.sentences import POLICY_KINDS

LANGUAGES = ("en", "ko")
Say = Callable[[str], str]


def figure(value: int, scale: int) -> str:
    """A stored whole number as people read it: 84250 thousandths are 84.25, with no noughts at its end."""
    text = decimal(value, scale, len(str(scale)) - 1)
    return text.rstrip("0").rstrip(".") if "." in text else text


def published(rules: Sequence[Mapping[str, Any]], grounds: Mapping[str, Any], language: str) -> list[str]:
    """The published sentence of each rule, and after it what its rate of use rests on, where it has one."""
    found = []
    for rule in rules:
        text = str(rule["sentence"].get(language) or rule["sentence"]["en"])
        ground = grounds.get(rule["name"])
        found.append(f"{text} {rates.told(ground, language)}" if ground else text)
    return found


def sentences(kind: str, params: Mapping[str, Any], terms: Terms) -> dict[str, str]:
    """A rule's published sentence in both languages; {} for a kind that is not known."""
    return {language: text for language in LANGUAGES if (text := sentence(kind, params, terms, language))}


def sentence(kind: str, params: Mapping[str, Any], terms: Terms, language: str) -> str:
    """The same in one language."""
    words = translation(language)
    _ = words.gettext
    template = _rules(_).get(_variant(kind, params), "")
    pool = params.get("pool")
    shown = {
        "who": who(params.get("where"), terms, language) if params.get("where") else _("All applications"),
        "pool": name(terms.pools, str(pool), language) if pool else _("all resources together"),
        "score": figure(params.get("score", 0), 1000),
        "points": figure(abs(params.get("points", 0)), 1000),
        "part": figure(params.get("thousandths", 0), 10),
        "rate": figure(params.get("rate", 0), 10),
        "risk": figure(params.get("risk", 0), 10),
        "criterion": name(terms.criteria, str(params.get("criterion")), language),
        "each": attribute(str(params.get("attribute") or params.get("holder")), language),
        "amount": amount(
            params.get("units", 0),
            terms.units.get(str(pool), _("units")),
            words,
            months=params.get("each", "month") == "window",
        ),
    }
    text = template.format(**shown, to=shown["part"])
    return text[:1].upper() + text[1:]


def _variant(kind: str, params: Mapping[str, Any]) -> str:
    if kind == "preference":
        return "preference" if params.get("points", 0) >= 0 else "preference_below"
    if kind == "budget":
        return f"budget_{params.get('each', 'month')}"
    if kind == "share_at_most":
        whole = "share_at_most" if params.get("holder") == "organisation" else "share_of_class"
        return f"{whole}_where" if params.get("where") else whole
    if kind == "success_band":
        return "success_band_where" if params.get("where") else kind
    if kind == "no_envy":
        return "no_envy_within" if params.get("attribute") else kind
    return kind


def _rules(_: Say) -> dict[str, str]:
    return {
        "minimum_score": _("{who}: selected only with at least {score} points in all."),
        "minimum_criterion": _("{who}: selected only with at least {score} points for {criterion}."),
        "preference": _("{who}: {points} points are added, for the order and for what an award is worth."),
        "preference_below": _("{who}: {points} points are taken away, for the order and for what an award is worth."),
        "reserve": _("{part} % of what is funded of {pool} is kept free in every month, for rapid access."),
        "budget_month": _("{who}: at most {amount} of {pool} in each month."),
        "budget_window": _("{who}: at most {amount} of {pool} over the whole period."),
        "share_at_most": _("No single organisation gets more than {part} % of what can be given of {pool}."),
        "share_at_most_where": _(
            "{who}: no single organisation gets more than {part} % of what can be given of {pool}."
        ),
        "share_of_class": _("No single {each} gets more than {part} % of what can be given of {pool}."),
        "share_of_class_where": _("{who}: no single {each} gets more than {part} % of what can be given of {pool}."),
        "share_at_least": _("{who}: at least {part} % of all that is given of {pool}."),
        "success_band": _(
            "The rate of success of every {each} lies within {part} percentage points of the overall rate, or within "
            "one application."
        ),
        "success_band_where": _(
            "{who}: the rate of success of every {each} lies within {part} percentage points of their overall rate, "
            "or within one application."
        ),
        "no_envy": _(
            "Nobody is refused while a lower placed application that asks for at least as much of the same resource in "
            "the same months is selected."
        ),
        "no_envy_within": _(
            "Within one {each}, nobody is refused while a lower placed application that asks for at least as much of "
            "the same resource in the same months is selected."
        ),
        "overbooking": _(
            "Awards of {pool} may come to {to} % of what is funded: {rate} % of what is awarded is used on average, "
            "and the risk that more is used at once than is funded stays within {risk} %."
        ),
    }


def attribute(code: str, language: str) -> str:
    """What a rule counts by: a track, a region."""
    _ = translation(language).gettext
    known = {
        "organisation": _("organisation"),
        "track": _("track"),
        "kind": _("kind of organisation"),
        "region": _("region"),
        "outside_capital": _("part of the country (capital region or not)"),
        "youth": _("group (young firms or not)"),
    }
    return known.get(code, code)


def name(names: Names, code: str, language: str) -> str:
    """A code's name in a language, the other where it has none; the code where it is not known."""
    english, korean = names.get(code, ("", ""))
    return ((korean or english) if language == "ko" else (english or korean)) or code


def who(where: Mapping[str, str] | None, terms: Terms, language: str) -> str:
    """Whom a rule is about, all conditions together: “AI track, of these outside the capital region”."""
    narrower = translation(language).gettext("{these}, of these {narrower}")
    found, *others = [one_of(key, value, terms, language) for key, value in (where or {}).items()] or [""]
    for other in others:
        found = narrower.format(these=found, narrower=other)
    return found


def one_of(key: str, value: str, terms: Terms, language: str) -> str:
    """One condition in words."""
    _ = translation(language).gettext
    if key == "track":
        title = name(terms.tracks, value, language)
        # many tracks are called so already
        return title if title.lower().endswith(_("track")) else _("track {name}").format(name=title)
    if key == "region":
        return name(terms.regions, value, language)
    if key == "kind":
        return _(ORGANISATION_KINDS[value]) if value in ORGANISATION_KINDS else value
    known = {
        ("outside_capital", "yes"): _("outside the capital region"),
        ("outside_capital", "no"): _("capital region"),
        ("youth", "yes"): _("young firms"),
        ("youth", "no"): _("other than young firms"),
    }
    return known.get((key, value), f"{key} = {value}")


def kind_name(kind: str, language: str) -> str:
    """The name of a kind of policy."""
    return translation(language).gettext(POLICY_KINDS[kind])


def policy_sentence(policy: Mapping[str, Any], language: str) -> str:
    """What a policy does, with its numbers, in one or two sentences."""
    _ = translation(language).gettext
    kind = str(policy["policy"])
    variant = {
        "rank": f"rank_{policy.get('overflow')}",
        "tiers": f"tiers_{policy.get('overflow')}",
        "scaled": f"scaled_{policy.get('function')}",
        "fair": f"fair_{policy.get('aim')}",
    }.get(kind, kind)
    numbers = {key: value for key, value in policy.items() if isinstance(value, int)}
    scales = {"gap": 10_000, "floor": 10, "slope": 10, "decay": 10, "free": 1, "turn": 1, "power": 1}
    shown = {key: figure(value, scales.get(key, 1000)) for key, value in numbers.items()}
    shown["each"] = attribute(str(policy.get("attribute", "")), language)
    shown["brackets"] = _brackets(policy.get("brackets", []), _)
    text = _policies(_)[variant].format(**shown)
    return f"{text} {_below(_)[policy['below']]}" if kind == "scaled" else text


def _policies(_: Say) -> dict[str, str]:
    return {
        "rank_skip": _("Best score first, whole or not at all; what does not fit is skipped."),
        "rank_stop": _(
            "Best score first, whole or not at all; where something does not fit, the list of that resource ends."
        ),
        "tiers_skip": _(
            "From {whole} points everybody in full, from {lottery} points by lot until the resource is used up, below "
            "nobody; what does not fit is skipped."
        ),
        "tiers_stop": _(
            "From {whole} points everybody in full, from {lottery} points by lot until the resource is used up, below "
            "nobody; where something does not fit, the list of that resource ends."
        ),
        "scaled_ecdf": _(
            "Everybody's ask is cut by one formula: whoever is placed last keeps {floor} %, and up to {slope} % more "
            "by the share of the others who score less; of an ask of {turn} units × months half of {decay} % goes, of "
            "a larger one more; the first {free} are never cut. What is then still too much is cut alike."
        ),
        "scaled_linear": _(
            "Everybody's ask is cut in a straight line by score: nothing at {low} points, everything at {high}. What "
            "is then still too much is cut alike."
        ),
        "scaled_brackets": _(
            "Everybody's ask is cut in brackets, like an income tax: {brackets}. What is then still too much is cut "
            "alike."
        ),
        "portfolio": _(
            "The awards that together are worth most within all rules, each nothing or at least its useful minimum; "
            "proven to within {gap} %."
        ),
        "fair_max_min": _(
            "The granted share of what every {each} asks for is made as equal as it can be: the smallest share as "
            "large as possible, then the next; proven to within {gap} %."
        ),
        "fair_nash": _(
            "What every {each} is given is balanced: the product of what they get as large as was found (Nash); each "
            "step proven to within {gap} %."
        ),
    }


def _below(_: Say) -> dict[str, str]:
    return {
        "zero": _("Whoever would fall below the useful minimum gets nothing."),
        "least": _("Whoever would fall below the useful minimum gets that minimum."),
    }


def _brackets(brackets: Any, _: Say) -> str:
    last = _("{keep} % of what is beyond")
    each = _("{keep} % up to {upto}")
    return ", ".join(
        (each if one["upto"] else last).format(keep=figure(one["keep"], 10), upto=figure(one["upto"] or 0, 1))
        for one in brackets
    )


def objective_sentence(policy: Mapping[str, Any], reference: Mapping[str, Any] | None, terms: Terms, lang: str) -> str:
    """By what measure a plan's worth is stated, and in which unit: how scores and amounts enter."""
    _ = translation(lang).gettext
    by_awards = policy.get("measure", COMPUTE) != COMPUTE
    above, power = policy.get("above", 0), policy.get("power", 1)
    points = _("score") if not above else _("points above {above}").format(above=figure(above, 1000))
    points = points if power == 1 else _("({points}) to the power of {power}").format(points=points, power=power)
    if by_awards:
        return _("The worth of a plan: the sum of {points} over all awards.").format(points=points)
    if not reference:
        text = _("The worth of a plan: the sum of {points} × units × months; a unit of every resource counts alike.")
        return text.format(points=points)
    weights = ", ".join(
        f"{name(terms.pools, code, lang)} {figure(weight, 1000)}" for code, weight in reference["thousandths"].items()
    )
    text = _("The worth of a plan: the sum of {points} × units × months, units counted in {unit}: {weights}.")
    return text.format(points=points, unit=reference["name"], weights=weights)


def ties_sentence(policy: Mapping[str, Any], terms: Terms, language: str) -> str:
    """In which order equals are compared."""
    _ = translation(language).gettext
    known = {
        "score": _("score"),
        "criteria": _("points by criterion"),
        "smaller_ask": _("the smaller ask"),
        "lottery": _("lottery"),
    }
    keys = [str(key) for key in policy["ties"]]
    keys = keys if "lottery" in keys else [*keys, "lottery"]
    parts = [known.get(key) or name(terms.criteria, key.removeprefix(CRITERION), language) for key in keys]
    return _("Equals are compared by: {order}.").format(order=" → ".join(parts))
