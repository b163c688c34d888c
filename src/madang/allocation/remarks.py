"""What follows a reason: how it was chosen, by which rule, when it starts, the reserve list, and the nearest change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from gettext import NullTranslations

from madang.allocation.amounts import amount, decimal, per_cent, points
from madang.catalogues import translation

Say = Callable[[str], str]


def remarks(
    facts: Mapping[str, object], shown: Mapping[str, str], language: str, names: Mapping[str, str]
) -> list[str]:
    """The sentences that follow a reason's own; `shown` are its facts as they are written."""
    _ = translation(language).gettext
    found = []
    if "preference" in shown:
        found.append(_("Preferences count for {preference} of its points.").format(**shown))
    if facts.get("tier") == "lottery":
        found.append(_("In the lottery it was drawn at place {drawn} of {lots}.").format(**shown))
    if "alternative" in shown:
        found.append(_("This is its alternative {alternative}, in the order of its wishes.").format(**shown))
    if "starts" in shown:
        found.append(_("It starts in {starts}, {later} months later than asked for.").format(**shown))
    if "other_ways" in shown:
        found.append(_("None of its {other_ways} other alternatives and later starts fitted either.").format(**shown))
    if "series" in shown and "rule" not in shown:
        scarce = names.get(str(facts["pool"]), str(facts["pool"]))
        found.append(_("For lack of {pool}, {factor} % of that could be given.").format(**{**shown, "pool": scarce}))
    elif "series" in shown:
        found.append(_("A limit was reached, so that {factor} % of that could be given.").format(**shown))
    if facts.get("raised"):
        found.append(_("What fell below the least useful amount was raised to it."))
    if "gap" in facts:
        found.append(_together(facts, _))
    if facts.get("marginal"):
        found.append(_("The proof does not decide this request; it was settled by the published list of tie-breaks."))
    if "lowest" in shown:
        found.append(_("The lowest score granted there is {lowest}.").format(**shown))
    if "rule" in shown:
        found.append(_("Rule: “{rule_sentence}”").format(rule_sentence=in_language(language, facts["rule_sentence"])))
    if "reserve_place" in shown:
        found.append(_("Place {reserve_place} on the reserve list.").format(**shown))
    return [*found, *_nearest(facts, language, names)]


def _together(facts: Mapping[str, object], _: Say) -> str:
    """How a portfolio was chosen, and no more than was proven about it."""
    gap, aim = facts["gap"], facts.get("aim", "compute")
    if aim in ("max_min", "nash"):
        return _fair(gap, _) if aim == "max_min" else _nash(_)
    what = _("score × amount × months") if aim == "compute" else _("score")
    if gap is None:
        return _("The awards were chosen together; how near they are to the best is not proven.")
    assert isinstance(gap, int)
    if gap == 0:
        return _(
            "The awards were chosen together; no other choice within the rules gives a larger sum of {what}."
        ).format(what=what)
    text = _("The awards were chosen together; their sum of {what} is within {gap} % of the largest possible.")
    return text.format(gap=per_cent(gap, up=True), what=what)


def _fair(gap: object, _: Say) -> str:
    if gap is None:
        return _(
            "The awards were chosen together so that the class with the smallest granted share gets as much as "
            "possible."
        )
    return _(
        "The awards were chosen together so that the class with the smallest granted share gets as much as possible; "
        "this is proven."
    )


def _nash(_: Say) -> str:
    return _(
        "The awards were chosen together so that the product of what the classes are given is as large as was found."
    )


def _nearest(facts: Mapping[str, object], language: str, names: Mapping[str, str]) -> Iterator[str]:
    """The nearest changes that would have altered the answer, each by itself."""
    changes = facts.get("nearest", [])
    assert isinstance(changes, list)
    for change in changes:
        yield _change(change, language, names)


def _change(change: Mapping[str, object], language: str, names: Mapping[str, str]) -> str:
    words = translation(language)
    _ = words.gettext
    kind = change["change"]
    if kind == "score":
        return _score(change, words)
    if kind == "held":
        more = points(_whole(change["points"]), words)
        if change["granted"]:
            return _("With everybody's cuts as they were made, {points} more would have given it more.").format(
                points=more
            )
        return _("With everybody's cuts as they were made, {points} more would have selected it.").format(points=more)
    if kind == "criterion":
        return _criteria(change["criteria"], _, names)
    if kind == "ask":
        unit, total = str(change["unit"]), bool(change["total"])
        to, pool = _whole(change["to"]), names.get(str(change["pool"]), str(change["pool"]))
        text = _("Had it asked for at most {to} of {pool}, it would have been selected.")
        return text.format(to=amount(to, unit, words, months=total), pool=pool)
    # whoever shows reasons may add the rule's published sentence, which says more than its short name
    named = in_language(language, change["sentence"]) if "sentence" in change else change["named"]
    if change["then"] == "selected":
        return _("Without the rule “{named}” it would have been selected.").format(named=named)
    return _("Without the rule “{named}” it would not have been selected.").format(named=named)


def _score(change: Mapping[str, object], words: NullTranslations) -> str:
    """With how many points more or less: for certain, or what a portfolio knows of it."""
    _ = words.gettext
    if "least" in change:
        return _beaten(change["points"], _whole(change["least"]), words)
    found = _whole(change["points"])
    if found < 0:
        return _("With {points} less it would not have been selected.").format(points=points(-found, words))
    return _("With {points} more it would have been selected.").format(points=points(found, words))


def _beaten(found: object, least: int, words: NullTranslations) -> str:
    """With how many points a portfolio would have been beaten: what was found, and what is proven."""
    _ = words.gettext
    fewest = points(abs(least), words)
    if found is None:
        if least < 0:
            text = _("With up to {least} less, no awards without it would have been worth more.")
            return text.format(least=points(-least - 1, words))
        return _("Less than {least} more would not have been enough.").format(least=fewest)
    enough = _whole(found)
    if enough < 0:
        text = _("With {points} less, awards without it would have been worth more than the ones chosen.")
    else:
        text = _("With {points} more, awards with it would have been worth more than the ones chosen.")
    told = text.format(points=points(abs(enough), words))
    if abs(enough) == 1:
        return told
    if enough == least:
        more = _("Fewer would not have been enough.")
    elif abs(least) == 1:
        more = _("Whether fewer would have been enough is not proven.")
    else:
        more = _("Less than {least} would not have been enough; in between nothing is proven.")
    return f"{told} {more.format(least=fewest)}"


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _criteria(missing: object, _: Say, names: Mapping[str, str]) -> str:
    assert isinstance(missing, list)
    each = _("{points} for {criterion}")
    told = ", ".join(
        each.format(
            points=decimal(_whole(one["points"]), 1000),
            criterion=names.get(str(one["criterion"]), str(one["criterion"])),
        )
        for one in missing
    )
    return _("With more points ({told}) it would have been selected.").format(told=told)


def in_language(language: str, sentences: object) -> str:
    """A published sentence in a language; English where it has no other."""
    assert isinstance(sentences, Mapping)
    return str(sentences[language if language in sentences else "en"])
