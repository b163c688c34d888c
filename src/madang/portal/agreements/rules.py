"""The agreement's text, made from the award's own figures, and what it takes to be signed by both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.catalogues import translation
from madang.errors import Refused
from madang.portal.formats import core_hours, counted, day, gpu_hours, month, number, won
from madang.values import Month


class Side(StrEnum):
    BODY = "body"
    USER = "user"


class SigningMethod(StrEnum):
    CLICK = "click"
    SIGNED_FILE = "signed_file"


class PaperState(StrEnum):
    """An uploaded signed paper waits until staff have looked at it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


LANGUAGES = ("ko", "en")


@dataclass(frozen=True)
class Price:
    """What a line comes to over all its months, in won; `monthly` is what is due in each (month, won)."""

    reference: int
    list_price: int
    discount: int
    payable: int
    vat: int
    monthly: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Article:
    """One line of the award as the agreement states it; names by language. `price` is None without a tariff."""

    product: dict[str, str]
    pool: dict[str, str]
    unit: str
    quantity: int
    units: int
    by_hour: bool
    first_month: str
    months: int
    seconds: int
    price: Price | None


@dataclass(frozen=True)
class Figures:
    """All that the agreement is made of; `report_on` where half of the hours comes after a report on earlier days."""

    number: str
    version: int
    centre: dict[str, str]
    organisation: dict[str, str]
    registration_number: str
    title: str
    call: dict[str, str]
    starts_on: date
    ends_on: date
    lines: tuple[Article, ...]
    report_on: date | None = None


def text_of(figures: Figures, language: str) -> str:
    """The agreement in "ko" or "en" as plain paragraphs; a line that begins with "# " is a heading."""
    _ = translation(language).gettext
    parts = [
        "# "
        + _("Agreement on the use of computing resources, No. {number} (version {version})").format(
            number=figures.number, version=figures.version
        ),
        _(
            "{centre} (“the centre”) and {organisation}, business registration number {registration} "
            "(“the user”), agree:"
        ).format(
            centre=figures.centre[language],
            organisation=figures.organisation[language],
            registration=_hyphens(figures.registration_number),
        ),
        "# " + _("Article 1 (Purpose)"),
        _(
            "Under the call “{call}” the centre gives the user the computing named below for the project “{title}”."
        ).format(call=figures.call[language], title=figures.title),
        "# " + _("Article 2 (Period)"),
        _("The agreement runs from {start} until the end of the day before {end}.").format(
            start=day(figures.starts_on, language), end=day(figures.ends_on, language)
        ),
        "# " + _("Article 3 (Resources)"),
        *(_article(line, language) for line in figures.lines),
        *_instalments(figures.report_on, language),
        "# " + _("Article 4 (Price)"),
        *_prices(figures.lines, language),
        *_duties(language),
    ]
    return "\n\n".join(parts) + "\n"


def _hyphens(registration: str) -> str:
    return f"{registration[:3]}-{registration[3:5]}-{registration[5:]}"


def _article(line: Article, language: str) -> str:
    _ = translation(language).gettext
    first = Month.parse(line.first_month)
    hours = (gpu_hours if line.unit == "gpu" else core_hours)(line.seconds, language)
    facts = {
        "product": line.product[language],
        "pool": line.pool[language],
        "quantity": number(line.quantity),
        "first": month(first, language),
        "last": month(first.plus(line.months - 1), language),
        "hours": hours,
    }
    if line.by_hour:
        return _("- {product} of {pool}: {hours} in all, to be used from {first} to {last}.").format(**facts)
    return _("- {product} of {pool}: {quantity} from {first} to {last}, {hours} in all.").format(**facts)


def _instalments(report_on: date | None, language: str) -> list[str]:
    _ = translation(language).gettext
    if report_on is None:
        return []
    text = _(
        "- Of what is counted in hours, half is given with the agreement's force, and half once the centre has "
        "accepted an interim report on the days before {day}."
    )
    return [text.format(day=day(report_on, language))]


def _prices(lines: Sequence[Article], language: str) -> list[str]:
    _ = translation(language).gettext
    parts = []
    for line in lines:
        if line.price is None:
            parts.append(
                _(
                    "- {product}: by the tariff in force on the day of use; none is published yet for the whole period."
                ).format(product=line.product[language])
            )
            continue
        parts.append(
            _(
                "- {product}: list price {list_price}, discount {discount}, due {payable} in all ({vat} of "
                "it value added tax); in a private cloud {reference}."
            ).format(
                product=line.product[language],
                list_price=won(line.price.list_price, language),
                discount=won(line.price.discount, language),
                payable=won(line.price.payable, language),
                vat=won(line.price.vat, language),
                reference=won(line.price.reference, language),
            )
        )
        parts += [
            _("    {month}: {due}").format(month=month(Month.parse(which), language), due=won(due, language))
            for which, due in line.price.monthly
        ]
    parts.append(_("Statements follow the tariff and the discounts of each day of use; these figures are as of today."))
    return parts


def _duties(language: str) -> list[str]:
    _ = translation(language).gettext
    months = counted(1, "month", language)
    return [
        "# " + _("Article 5 (Duties of the user)"),
        _("- Uses the resources for the project alone, and passes them on to nobody."),
        _("- Keeps access data safe, and answers for what its members do with the resources."),
        _("- Keeps the laws, personal data protection among them, and names the centre's support in publications."),
        _(
            "- Reports on the results within {period} after the end, and gives back at once what it does not need."
        ).format(period=months),
        "# " + _("Article 6 (Duties of the centre)"),
        _("- Keeps the resources ready within its operating hours, announces maintenance, and meters use truthfully."),
        _("- Does not look into the user's data, except as law or the user demands."),
        "# " + _("Article 7 (End before time)"),
        _(
            "The centre may end the agreement when the resources are used for another purpose, lie idle in "
            "spite of a reminder, or were awarded on wrong statements; it says why beforehand. The user may end it at "
            "any time. What is left returns to the centre."
        ),
        "# " + _("Article 8 (Force)"),
        _("The agreement is in force once both sides have signed it. Nothing runs before."),
    ]


def digest_of(korean: str, english: str) -> str:
    """SHA-256 (hexadecimal) over both texts, the Korean first, joined by a line feed; this is what is signed."""
    return hashlib.sha256(f"{korean}\n{english}".encode()).hexdigest()


def both_signed(sides: Collection[str]) -> bool:
    return {Side.BODY, Side.USER} <= set(sides)


def check_signable(award_state: str, newest: bool, signed: Collection[str], side: Side) -> None:
    """Only the newest version of an accepted award's agreement, once a side."""
    if award_state != "accepted" or not newest:
        raise Refused("agreement_not_open")
    if side in signed:
        raise Refused("agreement_signed_already")
