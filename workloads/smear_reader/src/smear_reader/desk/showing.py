"""How the technician's pages look: plain HTML that needs no script; a script adds keys, zoom and sending fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from sqlite3 import Row

from starlette.requests import Request
from starlette.responses import HTMLResponse

from smear_reader.confirming import Answer, latest
from smear_reader.desk.asking import desk_of, language_of
from smear_reader.desk.store import MOST_FIELDS
from smear_reader.markup import Markup, Part, joined, page, tag
from smear_reader.reading import Place
from smear_reader.record import Record
from smear_reader.report import NAMES, figures, verdict
from smear_reader.results import Outcome
from smear_reader.words import FAULTS, LANGUAGES, NOT_A_DEVICE, say, text

STATES = {"open": text("taking fields"), "closed": text("being read"), "read": text("read")}
HEAD = joined(
    tag("link", rel="stylesheet", href="/static/desk.css"),
    tag("link", rel="icon", href="/static/desk.svg"),
    tag("script", src="/static/desk.js", defer=True),
)


def whole(request: Request, title: str, *body: Part, status: int = 200, again: int | None = None) -> HTMLResponse:
    """A page with the desk's own frame; asks for itself anew after so many seconds, where that is given."""
    language = language_of(request)
    say_ = [
        tag("button", NAMES[name], name="language", value=name, lang=name, aria_pressed=str(name == language).lower())
        for name in LANGUAGES
    ]
    key = getattr(request.state, "key", None)
    signed = [tag("span", key.name), _button("/leave", say(language, text("Leave")))] if key is not None else []
    top = tag(
        "header",
        tag("a", say(language, text("Smear desk")), href="/", class_="name"),
        *signed,
        tag("form", *say_, method="post", action="/language", aria_label=say(language, text("Language"))),
    )
    head = joined(HEAD, tag("meta", http_equiv="refresh", content=again) if again else None)
    skip = tag("a", say(language, text("To the content")), href="#content", class_="skip")
    notice = tag("footer", say(language, NOT_A_DEVICE))
    inside = joined(skip, top, tag("main", tag("h1", title), *body, id="content"), notice)
    return HTMLResponse(page(language, f"{title} · {say(language, text('Smear desk'))}", head, inside), status)


def _button(action: str, words: str) -> Markup:
    return tag("form", tag("button", words), method="post", action=action)


def enter(request: Request, *, wrong: bool) -> HTMLResponse:
    """Asks for a technician's key."""
    language = language_of(request)
    said = say(language, text("This is no technician's key. Keys are made with: smear-reader keys."))
    label = tag("label", say(language, text("Your key")), for_="key")
    field = tag("input", id="key", name="key", type="password", required=True, autocomplete="off", autofocus=True)
    form = tag("form", label, field, tag("button", say(language, text("Enter"))), method="post", action="/enter")
    title = say(language, text("Enter the smear desk"))
    return whole(request, title, tag("p", said, role="alert") if wrong else None, form, status=403 if wrong else 200)


Line = tuple[Row, Record | None, dict[str, bool]]


def worksheet(request: Request, day: date, today: date, lines: Sequence[Line]) -> HTMLResponse:
    """The slides of a day, a form for a new one, and the days beside."""
    language = language_of(request)
    names = (text("Sample"), text("Time"), text("State"), text("Grade"), text("Pictures to look at"))
    head = tag("tr", *(tag("th", say(language, name), scope="col") for name in names))
    rows = [_line(request, language, *line) for line in lines]
    none = tag("p", say(language, text("No slide on this day.")))
    around = tag(
        "p",
        tag("a", say(language, text("The day before")), href=f"/?day={day - timedelta(days=1)}"),
        " ",
        tag("a", say(language, text("Today")), href="/") if day != today else None,
        " ",
        tag("a", say(language, text("The day after")), href=f"/?day={day + timedelta(days=1)}")
        if day < today
        else None,
    )
    label = tag("label", say(language, text("Sample's code")), for_="sample")
    field = tag(
        "input", id="sample", name="sample", required=True, maxlength=50, autocomplete="off", spellcheck="false"
    )
    hint = tag(
        "p", say(language, text("Codes only, such as S26-0147; never a patient's name or number.")), class_="hint"
    )
    new = tag(
        "form", label, field, tag("button", say(language, text("New slide"))), hint, method="post", action="/slides"
    )
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="wide") if rows else none
    title = say(language, text("Worksheet of {day}"), day=day.isoformat())
    return whole(request, title, _site(request, language), new, table, around)


def _site(request: Request, language: str) -> Markup:
    """What the site's calibration says, as the worksheet must publish it."""
    found = desk_of(request).room.calibration
    if found is None:
        said = text("This desk is not calibrated, so no result is released: run smear-reader calibrate.")
        return tag("p", say(language, said), class_="warning")
    said = text("{site}: {rate} false alarms a field, measured on {slides} negative slides on {made}.")
    rate = f"{found.false_alarms:.4f}"
    return tag("p", say(language, said, site=found.site, rate=rate, slides=len(found.slides), made=found.made[:10]))


def _line(request: Request, language: str, row: Row, record: Record | None, answers: dict[str, bool]) -> Markup:
    at = datetime.fromisoformat(row["made_at"]).astimezone(timezone(timedelta(hours=desk_of(request).zone_hours)))
    sample = tag("a", row["sample"], href=f"/slides/{row['id']}")
    if record is None:
        state = text("images deleted") if row["wiped_at"] else STATES[row["state"]]
        parts: list[Part] = [sample, at.strftime("%H:%M"), say(language, state), "–", "–"]
    else:
        final, _ = record.settled(answers)
        grade, sentence = verdict(language, record, final, bool(answers))
        parts = [sample, at.strftime("%H:%M"), sentence, tag("strong", grade), final.left]
    return tag("tr", *(tag("td", part) for part in parts))


def slide(
    request: Request, row: Row, fields: Sequence[Row], record: Record | None, answers: Sequence[Answer]
) -> HTMLResponse:
    """One slide: sending fields while it is open, then the grade card and the gallery."""
    language = language_of(request)
    title = say(language, text("Sample {name}"), name=row["sample"])
    if record is None:
        state = say(language, text("images deleted") if row["wiped_at"] else STATES[row["state"]])
        seen = sum(field["seen"] for field in fields)
        said = text("{sent} fields sent, {seen} read; {state}.")
        parts: list[Part] = [tag("p", say(language, said, sent=len(fields), seen=seen, state=state))]
        if row["enough"] and row["state"] == "open":
            parts.append(tag("p", say(language, text("The table can answer: no more fields are needed."))))
        if row["state"] == "open":
            parts += _sending(language, row["id"], len(fields))
        waiting = row["state"] == "closed" and not row["wiped_at"]
        return whole(request, title, *parts, _faults(language, fields), again=3 if waiting else None)
    final, shown = record.settled(latest(answers))
    grade, sentence = verdict(language, record, final, bool(answers))
    rows = [joined(tag("dt", name), tag("dd", value)) for name, value in figures(language, record, final)]
    card = tag("section", tag("p", grade, class_="grade"), tag("p", sentence), tag("dl", *rows), class_="card")
    link = tag("p", tag("a", say(language, text("Report as a file")), href=f"/slides/{row['id']}/report"))
    uncalibrated = record.judgement.outcome == Outcome.NOT_RELEASED
    gallery = None if uncalibrated or row["wiped_at"] else _gallery(language, row["id"], shown, latest(answers))
    wiped = tag("p", say(language, text("images deleted"))) if row["wiped_at"] else None
    return whole(request, title, card, link, wiped, gallery, _faults(language, fields), _said(language, answers))


def _sending(language: str, number: int, sent: int) -> list[Part]:
    """Choosing files; the script sends them one by one, so that a broken line loses one field at most."""
    label = tag("label", say(language, text("Fields of this slide (JPEG, PNG or TIFF)")), for_="files")
    field = tag("input", id="files", type="file", multiple=True, accept="image/jpeg,image/png,image/tiff")
    said = say(language, text("{done} of {all} sent")).replace("{", "%").replace("}", "%")
    failed = say(language, text("Not sent: "))
    box = tag(
        "div", label, field, tag("p", "", id="progress", role="status"),
        id="sending", data_slide=number, data_next=sent + 1, data_most=MOST_FIELDS, data_said=said, data_failed=failed,
    )  # fmt: skip
    script = tag(
        "noscript", tag("p", say(language, text("Sending from a browser needs its script; devices do without.")))
    )
    return [box, script, _button(f"/slides/{number}/close", say(language, text("All fields are sent: read the slide")))]


def _gallery(language: str, number: int, shown: Sequence[Place], answers: dict[str, bool]) -> Markup:
    keys = text("Keys: arrows move, J a bacillus, K none, U undecided, Z larger, Enter keeps the answers.")
    items = [_choice(language, number, place, k, answers.get(place.key)) for k, place in enumerate(shown, start=1)]
    zoom = tag(
        "dialog", tag("img", id="zoomed", alt=say(language, text("The place and its surroundings"))),
        tag("form", tag("button", say(language, text("Close"))), method="dialog"), id="zoom",
    )  # fmt: skip
    return tag(
        "section",
        tag("h2", say(language, text("Is each of these a bacillus?"))),
        tag("p", say(language, keys), class_="hint"),
        tag(
            "form", tag("ol", *items, id="gallery"), tag("button", say(language, text("Keep the answers"))),
            method="post", action=f"/slides/{number}/answers", id="answers",
        ),
        zoom,
    )  # fmt: skip


def _choice(language: str, number: int, place: Place, k: int, said: bool | None) -> Markup:
    source = f"/slides/{number}/pictures/{place.key}"
    words = say(
        language,
        text("Picture {k}: field {field}, chance {chance}"),
        k=k,
        field=place.field,
        chance=f"{place.score:.2f}",
    )
    options = []
    for value, label, chosen in (("yes", text("Bacillus"), said is True), ("no", text("Not"), said is False)):
        radio = tag("input", type="radio", name=place.key, value=value, checked=chosen)
        options.append(tag("label", radio, say(language, label)))
    look = tag("a", tag("img", src=source, alt="", width=160, height=160, loading="lazy"), href=f"{source}?wide=1")
    legend = tag("legend", words)
    return tag("li", tag("fieldset", legend, look, tag("div", *options, class_="options")))


def _faults(language: str, fields: Sequence[Row]) -> Markup | None:
    found = Counter(field["fault"] for field in fields if field["fault"])
    if not found:
        return None
    rows = [
        tag("tr", tag("td", say(language, FAULTS[fault])), tag("td", count)) for fault, count in sorted(found.items())
    ]
    return joined(tag("h2", say(language, text("Fields that count for nothing"))), tag("table", *rows))


def _said(language: str, answers: Sequence[Answer]) -> Markup | None:
    if not answers:
        return None
    who = sorted({(answer.at, answer.who) for answer in answers})
    rows = [tag("li", f"{at} · {name} · {sum(a.at == at and a.who == name for a in answers)}") for at, name in who]
    return joined(tag("h2", say(language, text("Who confirmed what, and when"))), tag("ul", *rows))


def refused(request: Request, sentence: str, status: int, **facts: object) -> HTMLResponse:
    """A refusal as a page."""
    return whole(
        request, say(language_of(request), text("This cannot be done")),
        tag("p", say(language_of(request), sentence, **facts), role="alert"), status=status,
    )  # fmt: skip
