"""A calendar as RFC 5545 writes it, in instants of UTC, so that every reader's clock shows the same moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Event:
    """One entry: a lasting id, its number of change, when, what, where, and whether it still holds."""

    uid: str
    sequence: int
    start: datetime
    end: datetime
    changed: datetime
    summary: str
    location: str
    status: str
    url: str


def written(name: str, events: Iterable[Event]) -> str:
    """The whole calendar: lines end in CR LF, and none is longer than 75 bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Madang//Bookings//EN", f"X-WR-CALNAME:{_text(name)}"]
    for event in events:
        lines += _event(event)
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def invitation(method: str, event: Event, *, organiser: str, attendee: str) -> str:
    """One entry that a mail brings into a calendar (`REQUEST`), changes there, or takes out (`CANCEL`); RFC 5546.

    The attendee has agreed by booking: no answer is asked for.
    """
    people = [
        f"ORGANIZER:mailto:{organiser}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{attendee}",
    ]
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Madang//Bookings//EN", f"METHOD:{method}"]
    return "".join(f"{folded(line)}\r\n" for line in [*head, *_event(event, *people), "END:VCALENDAR"])


def _event(event: Event, *people: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_instant(event.changed)}",
        f"DTSTART:{_instant(event.start)}",
        f"DTEND:{_instant(event.end)}",
        f"SUMMARY:{_text(event.summary)}",
        f"LOCATION:{_text(event.location)}",
        f"STATUS:{event.status}",
        f"URL:{event.url}",
        *people,
        "END:VEVENT",
    ]


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.translate(_ESCAPED)


def folded(line: str) -> str:
    """A line cut after at most 75 bytes, never within a letter; what follows begins with a blank."""
    parts, part = [], ""
    for letter in line:
        room = LINE if not parts else LINE - 1
        if len((part + letter).encode()) > room:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
