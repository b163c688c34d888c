"""Fields and values of correction notices as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext

from madang.errors import Refused
from madang.portal import formats
from madang.portal.calls.rules import CORRECTABLE, FieldKind, target
from madang.portal.calls.sentences import FIELDS, THINGS
from madang.values import Month


def month_of(instant: datetime) -> Month:
    """The centre's calendar month of an instant."""
    return Month.of(instant, settings.MADANG_ZONE)


def written(value: object) -> str:
    """How a value is stored in a notice: instants in ISO 8601 UTC, anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return "" if value is None else str(value)


def field_label(field: str) -> str:
    """`intake.1.closes_at` is “Intake 1: deadline”."""
    try:
        changed = target(field)
    except Refused:
        return field
    name = " ".join([gettext(THINGS[changed.thing]), *changed.keys])
    return f"{name}: {gettext(FIELDS[changed.field])}"


def shown(field: str, value: str) -> str:
    """A stored value as a person reads it."""
    try:
        changed = target(field)
    except Refused:
        return value
    kind, language = CORRECTABLE[changed.thing][changed.field], get_language() or settings.LANGUAGE_CODE
    if kind is FieldKind.INSTANT:
        instant = parse_datetime(value)
        return formats.moment(instant, language, settings.MADANG_ZONE) if instant else value
    if kind is FieldKind.NUMBER and value.lstrip("-").isdigit():
        return formats.number(int(value))
    return formats.month(Month.parse(value), language) if kind is FieldKind.MONTH else value
