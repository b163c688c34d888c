"""Figures, money, dates and amounts of computing as a person reads them in either language; functions of values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from madang.catalogues import translation
from madang.values import SECONDS_PER_HOUR, Month, divide_half_up

NOTHING = "–"
UNITS = ("B", "kB", "MB", "GB", "TB")


def number(value: int) -> str:
    """1234567 is 1,234,567."""
    return f"{value:,}".replace("-", "−")


def decimal(numerator: int, denominator: int, places: int = 1) -> str:
    """A quotient of whole numbers, rounded half away from zero to `places`: 10, 3, 2 is 3.33."""
    scale = 10**places
    scaled = divide_half_up(abs(numerator) * scale, denominator)
    whole = f"{scaled // scale:,}"
    text = f"{whole}.{scaled % scale:0{places}d}" if places else whole
    return f"−{text}" if numerator < 0 and scaled else text


def won(amount: int, language: str) -> str:
    """₩1,234,567 in English, the figure with its unit after it in Korean; a minus stands before either."""
    sign = "−" if amount < 0 else ""
    return sign + translation(language).gettext("₩{amount}").format(amount=f"{abs(amount):,}")


def _gpus(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} GPU", "{n} GPUs", n)


def _servers(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} server", "{n} servers", n)


def _applications(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} application", "{n} applications", n)


def _awards(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} award", "{n} awards", n)


def _projects(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} project", "{n} projects", n)


def _jobs(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} job", "{n} jobs", n)


def _firms(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} company", "{n} companies", n)


def _organisations(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} organisation", "{n} organisations", n)


def _people(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} person", "{n} people", n)


def _files(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} file", "{n} files", n)


def _entries(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} entry", "{n} entries", n)


def _days(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} day", "{n} days", n)


def _months(language: str, n: int) -> str:
    return translation(language).npgettext("counter", "{n} month", "{n} months", n)


COUNTED: dict[str, Callable[[str, int], str]] = {
    "gpu": _gpus,
    "server": _servers,
    "application": _applications,
    "award": _awards,
    "project": _projects,
    "job": _jobs,
    "firm": _firms,
    "organisation": _organisations,
    "person": _people,
    "file": _files,
    "entry": _entries,
    "day": _days,
    "month": _months,
}


def counted(value: int, what: str, language: str) -> str:
    """A number with what it counts, by the counter of the language; `what` is one of `COUNTED`, else KeyError."""
    return COUNTED[what](language, value).format(n=number(value))


def ratio(over: int, under: int, language: str) -> str:
    """3.2 to 1, to one place; a dash where nothing stands below."""
    if under <= 0:
        return NOTHING
    return translation(language).gettext("{ratio} to 1").format(ratio=decimal(over, under))


def percent(part: int, whole: int, places: int = 1) -> str:
    """12.3%; a dash of a whole that is nothing."""
    return f"{decimal(part * 100, whole, places)}%" if whole > 0 else NOTHING


def milli(thousandths: int) -> str:
    """Thousandths as points with two places, a third only where it is not nothing: 87250 is 87.25, 66667 is 66.667."""
    return decimal(thousandths, 1000, 3 if thousandths % 10 else 2)


def hours(seconds: int) -> str:
    """Seconds as hours to one place; less than an hour to three, so that a job of seconds does not read as nothing."""
    exact = abs(seconds) >= SECONDS_PER_HOUR or seconds * 10 % SECONDS_PER_HOUR == 0
    return decimal(seconds, SECONDS_PER_HOUR, 1 if exact else 3)


def gpu_hours(seconds: int, language: str) -> str:
    """GPU-seconds as GPU-hours."""
    return translation(language).gettext("{hours} GPU-hours").format(hours=hours(seconds))


def core_hours(seconds: int, language: str) -> str:
    """Core-seconds as core-hours."""
    return translation(language).gettext("{hours} core-hours").format(hours=hours(seconds))


def day(value: date, language: str) -> str:
    """A calendar day: 2026-04-01, in Korean with stops and without leading noughts."""
    pattern = translation(language).gettext("{year:04d}-{month:02d}-{day:02d}")
    return pattern.format(year=value.year, month=value.month, day=value.day)


def day_of(instant: datetime, language: str, zone: ZoneInfo) -> str:
    """The centre's calendar day that an instant falls on."""
    return day(_local(instant, zone).date(), language)


def moment(instant: datetime, language: str, zone: ZoneInfo, seconds: bool = False) -> str:
    """An instant on the centre's clock with the zone's short name: 2026-04-01 18:00 (KST)."""
    local = _local(instant, zone)
    time = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return f"{day(local.date(), language)} {time} ({local.tzname()})"


def span(start: datetime, end: datetime, language: str, zone: ZoneInfo) -> str:
    """The days that the half-open stretch [start, end) touches, first and last day both counted."""
    first = _local(start, zone).date()
    last = max(first, _local(end.astimezone(UTC) - timedelta(microseconds=1), zone).date())
    return day(first, language) if first == last else f"{day(first, language)} – {day(last, language)}"


def days(start: date, end: date, language: str) -> str:
    """The calendar days [start, end), first and last day both counted."""
    last = max(start, end - timedelta(days=1))
    return day(start, language) if start == last else f"{day(start, language)} – {day(last, language)}"


def month(value: Month, language: str) -> str:
    """A calendar month: 2026-04, in Korean with its words."""
    pattern = translation(language).gettext("{year:04d}-{month:02d}")
    return pattern.format(year=value.year, month=value.number)


def duration(seconds: int, language: str) -> str:
    """A length of time by its two largest units: 1 h 30 min, 2 d 4 h, 45 s."""
    words = translation(language)
    days, hours = seconds // 86_400, seconds % 86_400 // SECONDS_PER_HOUR
    minutes, rest = seconds % SECONDS_PER_HOUR // 60, seconds % 60
    parts = [
        (days, words.pgettext("duration", "{n} d")),
        (hours, words.pgettext("duration", "{n} h")),
        (minutes, words.pgettext("duration", "{n} min")),
        (rest, words.pgettext("duration", "{n} s")),
    ]
    first = next((place for place, (value, _) in enumerate(parts) if value), 3)
    return " ".join(unit.format(n=value) for value, unit in parts[first : first + 2] if value) or parts[3][1].format(
        n=0
    )


def file_size(count: int) -> str:
    """A number of bytes by thousands, to one place from a kilobyte on."""
    power = 0
    while power + 1 < len(UNITS) and count >= 1000 ** (power + 1):
        power += 1
    return f"{decimal(count, 1000**power, 1 if power else 0)} {UNITS[power]}"


def plain_cell(value: str) -> str:
    """Text as a spreadsheet must take it: a leading sign would make a formula of what somebody typed."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(zone)
