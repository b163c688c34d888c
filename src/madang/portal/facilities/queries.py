"""Reads the catalogue: what anybody may see of it, and a facility as rules and sheets see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from madang.portal.actors import Actor
from madang.portal.bookings.models import BookedFacility, Closure
from madang.portal.facilities.models import Facility, FacilityFile
from madang.portal.facilities.rules import (
    Accessory,
    FacilityField,
    FacilityKind,
    FacilityState,
    Particulars,
    SafetyClass,
    SlotGrain,
    Terms,
)
from madang.portal.fees.models import FacilityFee
from madang.portal.people import queries as people
from madang.portal.people.models import Person


def facilities(by: Actor) -> QuerySet[Facility]:
    """The catalogue by code, with accessories; the retired for staff and auditors only."""
    rows = Facility.objects.select_related("responsible").prefetch_related("accessories").order_by("code")
    return rows if by.reads_everything else rows.exclude(state=FacilityState.RETIRED)


def files(by: Actor, facility: int) -> QuerySet[FacilityFile]:
    """The photos and manuals of a facility that the actor may see, in the order in which they came."""
    rows = FacilityFile.objects.filter(facility=facility, facility__in=facilities(by).order_by().values("pk"))
    return rows.select_related("file", "facility").order_by("pk")


def found(rows: QuerySet[Facility], *, words: str = "", kind: str = "", field: str = "", state: str = "",
          grain: str = "") -> QuerySet[Facility]:  # fmt: skip
    """Those of `rows` whose code, names, maker, model or place hold all the words, and that are of the kind."""
    for word in words.split():
        named = Q(code__icontains=word) | Q(name_ko__icontains=word) | Q(name_en__icontains=word)
        made = Q(maker__icontains=word) | Q(model__icontains=word)
        rows = rows.filter(named | made | Q(place_ko__icontains=word) | Q(place_en__icontains=word))
    chosen = {"kind": kind, "field": field, "state": state, "grain": grain}
    return rows.filter(**{name: value for name, value in chosen.items() if value})


def terms_of(row: Facility) -> Terms:
    """Under which terms it is booked."""
    names = (name for name in Terms.__dataclass_fields__ if name != "grain")
    return Terms(grain=SlotGrain(row.grain), **{name: getattr(row, name) for name in names})


def particulars_of(row: Facility) -> Particulars:
    """Everything that a form or a sheet says of it; its accessories are fetched already."""
    texts = ("code", "name_ko", "name_en", "maker", "model", "specification_ko", "specification_en", "place_ko",
             "place_en")  # fmt: skip
    accessories = sorted(row.accessories.all(), key=lambda one: one.pk)
    return Particulars(
        **{name: getattr(row, name) for name in texts},
        kind=FacilityKind(row.kind),
        field=FacilityField(row.field),
        safety=SafetyClass(row.safety),
        responsible=(row.responsible.email or "") if row.responsible else "",
        terms=terms_of(row),
        accessories=tuple(Accessory(one.name_ko, one.name_en, one.count) for one in accessories),
    )


def known(codes: Iterable[str]) -> dict[str, Particulars]:
    """Those of these codes that are in the catalogue, as it has them."""
    rows = Facility.objects.filter(code__in=list(codes)).select_related("responsible").prefetch_related("accessories")
    return {row.code: particulars_of(row) for row in rows}


def responsible(email: str) -> Person | None:
    """Whose address it is; None where nobody with an account has it."""
    return people.email_holder(email) if email.strip() else None


def was_booked(facility: int) -> bool:
    """Whether anything was ever booked or closed of it, or it has a fee, so that what a slot means must not change."""
    booked = BookedFacility.objects.filter(facility=facility)
    fee = FacilityFee.objects.filter(facility=facility)
    return booked.exists() or fee.exists() or Closure.objects.filter(facility=facility).exists()
