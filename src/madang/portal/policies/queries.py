"""Reads allocation policies with their versions, what their codes mean, and committed seeds."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Max, QuerySet

from madang.portal.actors import Actor
from madang.portal.calls.models import Criterion, Intake, Track
from madang.portal.people.models import Region
from madang.portal.people.rules import OrganisationKind
from madang.portal.plans.models import Plan
from madang.portal.policies.models import AllocationPolicy, LotterySeed
from madang.portal.policies.rules import Draft
from madang.portal.resources.models import Pool

# a code's names: ("en", "ko")
Names = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Terms:
    """What rules may speak of in one call, by code with the English and Korean name; `units`: what a pool counts."""

    tracks: Names = field(default_factory=dict)
    criteria: Names = field(default_factory=dict)
    pools: Names = field(default_factory=dict)
    regions: Names = field(default_factory=dict)
    kinds: tuple[str, ...] = tuple(OrganisationKind)
    units: dict[str, str] = field(default_factory=dict)


def policies(by: Actor) -> QuerySet[AllocationPolicy]:
    """Every version of every policy, for staff and auditors; nothing for others."""
    rows = AllocationPolicy.objects.select_related("intake__call", "made_by", "made_from")
    rows = rows.order_by("intake", "number", "-version")
    return rows if by.reads_everything else rows.none()


def offered(by: Actor, intake: int) -> list[AllocationPolicy]:
    """The newest version of each policy of an intake that was not withdrawn."""
    found: dict[int, AllocationPolicy] = {}
    for row in policies(by).filter(intake=intake, withdrawn_at__isnull=True):
        found.setdefault(row.number, row)
    return list(found.values())


def versions(by: Actor, policy: AllocationPolicy) -> list[AllocationPolicy]:
    """All versions of one policy, newest first."""
    return list(policies(by).filter(intake=policy.intake_id, number=policy.number))


def last_version(intake: int, number: int) -> int:
    """The number of a policy's newest version; 0 where there is none."""
    rows = AllocationPolicy.objects.filter(intake=intake, number=number)
    return rows.aggregate(last=Max("version"))["last"] or 0


def plans_of(by: Actor, policy: AllocationPolicy) -> list[Plan]:
    """The plans that were proposed under any version of a policy, without their documents."""
    rows = Plan.objects.filter(own__intake=policy.intake_id, own__number=policy.number)
    return list(rows.only("pk", "number", "state", "own_id").order_by("-number")) if by.reads_everything else []


def draft_of(row: AllocationPolicy) -> Draft:
    """A stored version as the value that rules judge."""
    return Draft(row.name_ko, row.name_en, row.policy, row.rules, row.reference, row.rates)


def pools_of(intake: int) -> list[str]:
    """The codes of the pools whose products the intake's call offers."""
    rows = Pool.objects.filter(products__in=_offered_products(intake)).order_by("code").distinct()
    return list(rows.values_list("code", flat=True))


def _offered_products(intake: int) -> QuerySet[Track]:
    return Track.objects.filter(call__intakes=intake).values("products__product")


def terms(intake: Intake) -> Terms:
    """The words of the intake's call: four queries."""
    names = ("code", "title_en", "title_ko")
    tracks = Track.objects.filter(call=intake.call_id).order_by("position", "pk").values_list(*names)
    criteria = Criterion.objects.filter(track__call=intake.call_id).order_by("position", "pk").values_list(*names)
    pools = Pool.objects.filter(products__in=_offered_products(intake.pk)).order_by("code").distinct()
    regions = Region.objects.filter(ends_on__isnull=True).order_by("pk").values_list("code", "name_en", "name_ko")
    rows = list(pools.values_list("code", "name_en", "name_ko", "unit", "grain"))
    return Terms(
        tracks={code: (english, korean) for code, english, korean in tracks},
        criteria={code: (english, korean) for code, english, korean in criteria},
        pools={code: (english, korean) for code, english, korean, *_ in rows},
        regions={code: (english, korean) for code, english, korean in regions},
        units={code: f"{unit}_hour" if grain == "hour" else unit for code, _, _, unit, grain in rows},
    )


def has_plans(intake: int) -> bool:
    """Whether plans have been proposed, after which a commitment would mean nothing."""
    return Plan.objects.filter(intake=intake).exists()


@dataclass(frozen=True)
class Committed:
    """A published commitment; `seed` is None until the first plan reveals it."""

    commitment: str
    committed_at: object
    seed: int | None


def committed(intake: int) -> Committed | None:
    """What everybody may know of an intake's seed."""
    row = LotterySeed.objects.filter(intake=intake).first()
    if row is None:
        return None
    return Committed(row.commitment, row.committed_at, row.seed if has_plans(intake) else None)


def commitments(call: int) -> list[LotterySeed]:
    """The published commitments of a call's intakes, for everybody; the seeds are read with the plans."""
    rows = LotterySeed.objects.filter(intake__call=call).select_related("intake").defer("seed")
    return list(rows.order_by("intake__number"))
