"""Amounts, months and decimals in words, in English and Korean."""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations

from madang.values import Month

Say = Callable[[str], str]


def amount(n: int, unit: str, words: NullTranslations, *, months: bool = False, scale: int = 1) -> str:
    """An amount with its unit: 16 GPUs, 16 GPU-hours a month; with `months` over a window: 96 GPU-months, GPU-hours.

    `scale`: `n` counts such parts of a unit (1000: thousandths).
    """
    ngettext, number = words.ngettext, f"{n:,}" if scale == 1 else decimal(n, scale)
    if months:
        known = {
            "gpu": ngettext("{n} GPU-month", "{n} GPU-months", n),
            "server": ngettext("{n} server-month", "{n} server-months", n),
            "core": ngettext("{n} core-month", "{n} core-months", n),
            "gpu_hour": ngettext("{n} GPU-hour", "{n} GPU-hours", n),
            "core_hour": ngettext("{n} core-hour", "{n} core-hours", n),
            "unit": ngettext("{n} unit-month", "{n} unit-months", n),
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
            "unit": ngettext("{n} unit", "{n} units", n),
        }
        other = "{n} {unit}"
    return known.get(unit.lower(), other).format(n=number, unit=unit)


def month_name(text: str, _: Say) -> str:
    """A month written 2026-04 as "April 2026"."""
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


def decimal(value: int, scale: int) -> str:
    """value ÷ scale (a power of ten) written out exactly, without trailing zeros."""
    sign, (whole, part) = "-" if value < 0 else "", divmod(abs(value), scale)
    digits = str(part).rjust(len(str(scale)) - 1, "0").rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def points(thousandths: int, words: NullTranslations) -> str:
    """Points with their word: 1 point, 84.25 points."""
    text = words.ngettext("{n} point", "{n} points", 1 if thousandths == 1000 else 2)
    return text.format(n=decimal(thousandths, 1000))


def per_cent(millionths: int, *, up: bool = False) -> str:
    """A part in per cent, to a tenth: rounded down, or up where it says how far off something may be.

    Below a tenth it is written exactly, since 0 would deny it.
    """
    if 0 < millionths < 1000:
        return decimal(millionths, 10_000)
    return decimal(-(-millionths // 1000) if up else millionths // 1000, 10)
