"""Filters and tags of the pages: figures and dates in the reader's language, fields, badges, notices and charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, NumberInput
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from madang.portal import charts, formats, states
from madang.portal.calls.sentences import STEPS
from madang.portal.journal import deeds, kinds
from madang.values import SECONDS_PER_DAY, Month

register = template.Library()


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@register.filter
def number(value: int | None) -> str:
    """1,234,567."""
    return formats.NOTHING if value is None else formats.number(value)


@register.filter
def won(value: int | None) -> str:
    """Money with its sign or unit."""
    return formats.NOTHING if value is None else formats.won(value, _language())


@register.filter
def counted(value: int, what: str) -> str:
    """`{{ n|counted:"gpu" }}`: a number with the counter of what it counts."""
    return formats.counted(value, what, _language())


@register.simple_tag
def ratio(over: int, under: int) -> str:
    """`{% ratio applications awards %}`: 3.2 to 1."""
    return formats.ratio(over, under, _language())


@register.simple_tag
def percent(part: int, whole: int, places: int = 1) -> str:
    """`{% percent used granted %}`: 12.3%."""
    return formats.percent(part, whole, places)


@register.filter
def milli(value: int | None) -> str:
    """Thousandths of a point as points."""
    return formats.NOTHING if value is None else formats.milli(value)


@register.filter
def gpu_hours(seconds: int | None) -> str:
    """GPU-seconds as GPU-hours."""
    return formats.NOTHING if seconds is None else formats.gpu_hours(seconds, _language())


@register.filter
def core_hours(seconds: int | None) -> str:
    """Core-seconds as core-hours."""
    return formats.NOTHING if seconds is None else formats.core_hours(seconds, _language())


@register.filter
def amount(seconds: int | None, unit: str) -> str:
    """`{{ sums.left|amount:pool.unit }}`: seconds of a pool as hours of what it counts."""
    return gpu_hours(seconds) if unit == "gpu" else core_hours(seconds)


@register.filter
def hours(seconds: int) -> str:
    """Seconds of GPUs or cores as hours, for a table whose caption says of what."""
    return formats.hours(seconds)


@register.filter
def whole_days(seconds: int) -> str:
    """Seconds of whole days as days: 1.5."""
    return formats.decimal(seconds, SECONDS_PER_DAY)


@register.filter
def duration(seconds: int | None) -> str:
    """1 h 30 min."""
    return formats.NOTHING if seconds is None else formats.duration(seconds, _language())


@register.filter
def minutes_as_hours(minutes: int) -> str:
    """Minutes as hours to one place."""
    return formats.decimal(minutes, 60)


@register.filter
def file_size(count: int) -> str:
    """1.2 MB."""
    return formats.file_size(count)


@register.filter
def instant(value: datetime | None, precision: str = "minutes") -> SafeString | str:
    """An instant on the centre's clock as a `time` element; `|instant:"seconds"` shows the second."""
    if value is None:
        return formats.NOTHING
    shown = formats.moment(value, _language(), settings.MADANG_ZONE, seconds=precision == "seconds")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), shown)


@register.filter
def day(value: date | datetime | None) -> str:
    """The centre's calendar day of an instant, or a calendar day as it is."""
    if value is None:
        return formats.NOTHING
    if isinstance(value, datetime):
        return formats.day_of(value, _language(), settings.MADANG_ZONE)
    return formats.day(value, _language())


@register.filter
def month(value: Month | str) -> str:
    """A calendar month, given as a Month or written 2026-04."""
    return formats.month(Month.parse(value) if isinstance(value, str) else value, _language())


@register.simple_tag
def span(start: datetime, end: datetime) -> str:
    """The days of a half-open period, first and last day both counted."""
    return formats.span(start, end, _language(), settings.MADANG_ZONE)


@register.simple_tag
def days(start: date, end: date) -> str:
    """Calendar days from `start` until before `end`, first and last day both counted."""
    return formats.days(start, end, _language())


@register.filter
def in_language(thing: Any, name: str) -> str:
    """`{{ call|in_language:"title" }}` is its title_ko or title_en, the other where the reader's own is empty."""
    korean, english = getattr(thing, f"{name}_ko"), getattr(thing, f"{name}_en")
    return (korean or english) if _language() == "ko" else (english or korean)


@register.filter
def cited(tariff: Any) -> str:
    """Where a tariff's reference price comes from, in English where that was given and is wanted."""
    return (_language() == "en" and tariff.reference_source_en) or tariff.reference_source


@register.filter
def named(names: dict[str, str], code: str) -> str:
    """`{{ products|named:code }}`: the name of a code where it is known, else the code."""
    return names.get(code, code)


@register.filter
def state_word(state: str) -> str:
    """The word for a state, without a badge."""
    return states.word(str(state))


@register.filter
def deed(action: str) -> str:
    """The words for an action in the journal; the code where another version of the portal wrote it."""
    return gettext(deeds.DEEDS[action]) if action in deeds.DEEDS else action


@register.filter
def step_word(step: str) -> str:
    """The word for a step of the review."""
    return gettext(STEPS[step])


@register.filter
def kind_word(kind: str) -> str:
    """The word for a kind of thing in the journal: application, award."""
    return gettext(kinds.KINDS[kind]) if kind in kinds.KINDS else kind


@register.filter
def face_word(via: str) -> str:
    """How somebody came: by a page, the API, the command line, or the centre itself."""
    return gettext(kinds.FACES[via])


@register.simple_tag
def state_badge(state: str, kind: str = "", word: str = "") -> SafeString:
    """`{% state_badge paper.state "paper" %}`: the word in its tone; `word=` where this page has a better one."""
    return badge(states.tone(str(state), kind), word or states.word(str(state), kind))


@register.simple_tag
def badge(tone: str, word: str) -> SafeString:
    """A word in a tone: neutral, information, success, warning or danger."""
    return format_html('<span class="badge {}">{}</span>', tone, word)


@register.simple_tag
def figure_rows(rows: Iterable[tuple[Sequence[str], Sequence[tuple[str, str]]]]) -> SafeString:
    """Rows of a table of public figures: what names each, then cells as (figure, text).

    Written here, not by template loops: a page has thousands of cells, and loops took most of its time.
    """
    found = []
    for names, cells in rows:
        heads = "".join(f'<th scope="row">{escape(name)}</th>' for name in names)
        numbers = (f'<td class="number" data-figure="{escape(code)}">{escape(text)}</td>' for code, text in cells)
        found.append(f"\n      <tr>{heads}{''.join(numbers)}</tr>")
    return SafeString("".join(found))


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, wide: bool = False) -> dict[str, Any]:
    """A form's field with label, required mark, hint and errors, tied together for a screen reader."""
    widget = bound.field.widget
    attrs = {"inputmode": "numeric"} if isinstance(widget, NumberInput) else {}
    if isinstance(widget, CheckboxSelectMultiple) and any(
        isinstance(more, list | tuple) for _value, more in widget.choices
    ):
        return {"field": bound, "groups": _groups(bound), "kind": "groups", "wide": wide}
    kind = "choice" if isinstance(widget, CheckboxInput) else "text"
    return {"field": bound, "control": bound.as_widget(attrs=attrs), "kind": kind, "wide": wide}


def _groups(bound: BoundField) -> list[tuple[str, list[Any], bool]]:
    """Boxes to tick in groups: the group's name, its boxes, and whether one of them is ticked, so that it is open."""
    chosen = [str(value) for value in bound.value() or ()]
    listed = bound.field.widget.optgroups(bound.html_name, chosen, {"id": bound.auto_id})
    return [(name, options, any(one["selected"] for one in options)) for name, options, _place in listed]


@register.inclusion_tag("parts/field_errors.html")
def field_errors(bound: BoundField) -> dict[str, Any]:
    """The errors of one field, under the id that the field points to."""
    return {"field": bound, "errors": bound.errors}


@register.inclusion_tag("parts/error_summary.html")
def error_summary(form: BaseForm | str | None) -> dict[str, Any]:
    """All errors of a form at its top, each leading to its field."""
    return {"form": form}


@register.inclusion_tag("parts/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page) -> dict[str, Any]:
    """Links to the pages around this one that keep the rest of the query."""
    numbers: Iterable[Any] = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": list(numbers), "request": context["request"]}


@register.inclusion_tag("parts/notice.html")
def notice(tone: str, text: str, title: str = "") -> dict[str, str]:
    """A framed message: information, success, warning or danger."""
    return {"tone": tone, "text": text, "title": title}


@register.inclusion_tag("parts/empty.html")
def empty_state(title: str, text: str = "", url: str = "", label: str = "") -> dict[str, str]:
    """What stands where a list has nothing, with the next step where there is one."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("parts/crumbs.html")
def crumbs(trail: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Where the reader is: (label, url) pairs from the top; the last has no url."""
    return {"trail": trail}


@register.inclusion_tag("parts/chart.html")
def chart(asked: charts.Chart, tabled: bool = False) -> dict[str, Any]:
    """A chart with its table; asks the worker for the picture where it is not there yet.

    `tabled` where the page has a table of the same figures beside it.
    """
    folder = settings.MADANG_HOME / "charts"
    drawing = charts.drawing(asked, folder)
    if drawing is None:
        charts.ask(asked, folder)
    return {"chart": asked, "drawing": SafeString(drawing) if drawing else None, "tabled": tabled}
