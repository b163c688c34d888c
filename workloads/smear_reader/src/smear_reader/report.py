"""The report of a slide as one HTML file in Korean and English that needs nothing else: no script, no other file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from smear_reader.confirming import Answer, latest
from smear_reader.images import SENTENCES
from smear_reader.markup import Markup, joined, page, tag
from smear_reader.reading import Place
from smear_reader.record import Record
from smear_reader.results import Final, Outcome
from smear_reader.words import FAULTS, GRADES, LANGUAGES, NOT_A_DEVICE, OUTCOMES, say, text

NAMES = {"ko": "한국어", "en": "English"}  # each language in its own words, on every page
STYLE = """
body{font:16px/1.5 "Pretendard GOV","Noto Sans KR","NanumGothic",sans-serif;color:#1e2124;
margin:0 auto;max-width:60rem;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.2rem}
.notice{border-left:.3rem solid #9e6a00;background:#fff3db;padding:.5rem 1rem}
.grade{font-size:2.5rem;font-weight:700;margin:.2em 0}
dl{display:grid;grid-template-columns:minmax(9rem,16rem) 1fr;gap:.25rem 1rem}dt{color:#464c53}dd{margin:0}
ol.pictures{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem;padding:0}
ol.pictures li{width:8.5rem}ol.pictures img{width:100%;display:block;border:3px solid #b1b8be}
li.yes img{border-color:#bd2c0f}li.no img{border-color:#464c53;border-style:dashed}
table{border-collapse:collapse}td,th{border-bottom:1px solid #cdd1d5;padding:.2rem .6rem;text-align:left}
@media(max-width:30rem){dl{grid-template-columns:1fr}dt{font-weight:700}}
"""


def report(record: Record, answers: Sequence[Answer]) -> str:
    """The whole report; answers in the order in which they were given."""
    final, shown = record.settled(latest(answers))
    parts = [_section(language, record, final, bool(answers)) for language in LANGUAGES]
    turn = tag("nav", joined(*(tag("a", NAMES[name], href=f"#{name}", lang=name) or "" for name in LANGUAGES)))
    body = joined(turn, *parts, _pictures(shown, latest(answers)), _log(answers))
    return page("ko", f"{record.name} · smear-reader", tag("style", Markup(STYLE)), body)


def verdict(language: str, record: Record, final: Final, looked: bool) -> tuple[str, str]:
    """(the grade in large letters or a dash, the sentence beside it) as it may be said now."""
    word = record.judgement
    if looked and final.outcome == Outcome.FINAL and final.grade is not None:
        grade = say(language, GRADES[final.grade.value])
        return grade, say(language, OUTCOMES["final"])
    outcome = final.outcome if looked else word.outcome
    if outcome == Outcome.GRADED and word.grade is not None:
        return say(language, GRADES[word.grade.value]), say(language, OUTCOMES["graded"])
    return "–", say(language, OUTCOMES[outcome.value])


def figures(language: str, record: Record, final: Final) -> list[tuple[str, str]]:
    """The figures of a slide with their names, in the order in which they are shown."""
    word, between = record.judgement, record.judgement.estimate
    of = {"readable": record.readable, "fields": len(record.fields)}
    rows = [
        (text("Fields"), say(language, text("{readable} readable of {fields}"), **of)),
        (text("Reference fields read"), f"{float(word.area):.1f}"),
        (text("Counted by the machine"), str(word.count)),
    ]  # fmt: skip
    if word.more:
        rows.append((text("Reference fields still to read"), f"{float(word.more):.1f}"))
    if between is not None:
        said = text("{middle} in 100 fields, 95 % interval {low} to {high} ({least} to {most})")
        grades = {"least": say(language, GRADES[between.least]), "most": say(language, GRADES[between.most])}
        rates = {name: f"{getattr(between, name):.1f}" for name in ("middle", "low", "high")}
        rows.append((text("Bacilli that are likely to be there"), say(language, said, **rates, **grades)))
    said = text("{confirmed} of {shown} pictures are bacilli, {left} not looked at; count {count}")
    seen = {"confirmed": final.confirmed, "shown": final.shown, "left": final.left}
    rows.append(
        (text("Confirmed by a person"), say(language, said, count=final.count if not final.left else "–", **seen))
    )
    if record.site is not None:
        said = text(
            "{rate} false alarms a field on {slides} negative slides of {site}, {made}; "
            "{found} of {bacilli} bacilli found"
        )
        site = record.site
        told = {"rate": f"{site.false_alarms:g}", "slides": site.slides, "site": site.site, "made": site.made[:10]}
        rows.append((text("Calibration"), say(language, said, **told, found=site.found, bacilli=site.bacilli)))
    rows.append((text("Model"), record.model[:12]))
    rows.append((text("Read at"), record.read_at))
    return [(say(language, name), value) for name, value in rows]


def _section(language: str, record: Record, final: Final, looked: bool) -> Markup:
    grade, sentence = verdict(language, record, final, looked)
    rows = [joined(tag("dt", name), tag("dd", value)) for name, value in figures(language, record, final)]
    faults = [
        tag("tr", tag("td", say(language, FAULTS[fault])), tag("td", number)) for fault, number in record.faults.items()
    ]
    refused = [tag("li", _refusal(language, line.refused)) for line in record.fields if line.refused]
    unread = say(language, text("Fields that count for nothing"))
    return tag(
        "section",
        tag("h1", say(language, text("Sample {name}"), name=record.name)),
        tag("p", say(language, NOT_A_DEVICE), class_="notice"),
        tag("p", grade, class_="grade"),
        tag("p", sentence),
        tag("dl", *rows),
        joined(tag("h2", unread), tag("table", *faults), tag("ul", *refused)) if faults else None,
        lang=language,
        id=language,
    )


def _refusal(language: str, refused: dict[str, Any]) -> str:
    return say(language, SENTENCES[refused["code"]], **refused["facts"])


def _pictures(shown: Sequence[Place], answers: dict[str, bool]) -> Markup:
    items = []
    for number, place in enumerate(shown, start=1):
        said = {None: "", True: "yes", False: "no"}[answers.get(place.key)]
        source = f"data:image/jpeg;base64,{base64.b64encode(place.picture).decode()}"
        mark = {"": "?", "yes": "AFB", "no": "×"}[said]
        words = f"{number} · {place.field} · {place.score:.2f} · {mark}"
        items.append(tag("li", tag("img", src=source, alt=words), words, class_=said or None))
    both = " / ".join(
        say(language, text("Most bacillus-like places: number, field, chance, answer")) for language in LANGUAGES
    )
    return joined(tag("h2", both), tag("ol", *items, class_="pictures"))


def _log(answers: Sequence[Answer]) -> Markup:
    if not answers:
        return joined()
    title = " / ".join(say(language, text("Who confirmed what, and when")) for language in LANGUAGES)
    rows = [
        tag("tr", *(tag("td", part) for part in (a.at, a.who, a.place, "AFB" if a.bacillus else "×"))) for a in answers
    ]
    return joined(tag("h2", title), tag("table", *rows))
