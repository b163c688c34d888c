"""What follows a reason: how it was chosen, by which rule, when it starts, the reserve list, and the nearest change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from madang.allocation.amounts import amount, decimal
from madang.catalogues import translation

Say = Callable[[str], str]


def remarks(
    facts: Mapping[str, object], shown: Mapping[str, str], language: str, names: Mapping[str, str]
) -> list[str]:
    """The sentences that follow a reason's own; `shown` are its facts as they are written."""
    _ = translation(language).gettext
    found = []
    if "preference" in shown:
        found.append(_("Of its points, {preference} come from preferences.").format(**shown))
    if facts.get("tier") == "lottery":
        found.append(_("In the lottery it was drawn at place {drawn} of {lots}.").format(**shown))
    if "alternative" in shown:
        found.append(_("This is its alternative {alternative}, in the order of its wishes.").format(**shown))
    if "starts" in shown:
        found.append(_("It starts in {starts}, {later} months later than asked for.").format(**shown))
    if "other_ways" in shown:
        found.append(_("None of its {other_ways} other alternatives and later starts fitted either.").format(**shown))
    if "series" in shown and "pool" in shown:
        found.append(_("For lack of {pool}, {factor} % of that was given.").format(**shown))
    elif "series" in shown:
        found.append(_("A limit was reached, so that {factor} % of that was given.").format(**shown))
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
    return text.format(gap=decimal(gap, 10_000), what=what)


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
        if "least" in change:
            return _beaten(change, _)
        points = change["points"]
        assert isinstance(points, int)
        if points < 0:
            return _("With {points} points less it would not have been selected.").format(points=decimal(-points, 1000))
        return _("With {points} points more it would have been selected.").format(points=decimal(points, 1000))
    if kind == "held":
        more = decimal(int(str(change["points"])), 1000)
        if change["granted"]:
            return _("With everybody's cuts as they were made, {points} points more would have given it more.").format(
                points=more
            )
        return _("With everybody's cuts as they were made, {points} points more would have selected it.").format(
            points=more
        )
    if kind == "criterion":
        return _criteria(change["criteria"], _, names)
    if kind == "ask":
        unit, total = str(change["unit"]), bool(change["total"])
        to, pool = change["to"], names.get(str(change["pool"]), str(change["pool"]))
        assert isinstance(to, int)
        text = _("Had it asked for at most {to} of {pool}, it would have been selected.")
        return text.format(to=amount(to, unit, words, months=total), pool=pool)
    # whoever shows reasons may add the rule's published sentence, which says more than its short name
    named = in_language(language, change["sentence"]) if "sentence" in change else change["named"]
    if change["then"] == "selected":
        return _("Without the rule “{named}” it would have been selected.").format(named=named)
    return _("Without the rule “{named}” it would not have been selected.").format(named=named)


def _beaten(change: Mapping[str, object], _: Say) -> str:
    """With how many points a portfolio would have been beaten: what was found, and what is proven."""
    points, least = change["points"], change["least"]
    assert isinstance(least, int)
    fewest = decimal(abs(least), 1000)
    if points is None:
        if least < 0:
            text = _("With up to {least} points less, no awards without it would have been worth more.")
            return text.format(least=decimal(-least - 1, 1000))
        return _("Fewer than {least} points more would not have been enough.").format(least=fewest)
    assert isinstance(points, int)
    if points < 0:
        text = _("With {points} points less, awards without it would have been worth more than the ones chosen.")
    else:
        text = _("With {points} points more, awards with it would have been worth more than the ones chosen.")
    if abs(points) == 1:
        return text.format(points=decimal(abs(points), 1000))
    if points == least:
        more = _("Fewer would not have been enough.")
    elif abs(least) == 1:
        more = _("Whether fewer would have been enough is not proven.")
    else:
        more = _("Fewer than {least} would not have been enough; in between nothing is proven.")
    return f"{text.format(points=decimal(abs(points), 1000))} {more.format(least=fewest)}"


def _criteria(missing: object, _: Say, names: Mapping[str, str]) -> str:
    assert isinstance(missing, list)
    each = _("{points} for {criterion}")
    told = ", ".join(
        each.format(
            points=decimal(int(str(one["points"])), 1000),
            criterion=names.get(str(one["criterion"]), str(one["criterion"])),
        )
        for one in missing
    )
    return _("With more points ({told}) it would have been selected.").format(told=told)


def in_language(language: str, sentences: object) -> str:
    """A published sentence in a language; English where it has no other."""
    assert isinstance(sentences, Mapping)
    return str(sentences[language if language in sentences else "en"])
