"""Where a person's job may run: pools of awards in force, what is left there, its price, and what awards may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, F, Value, When

from madang.accounting.ledger import Balances
from madang.compute.protocol import MANY
from madang.compute.sharing import Joined
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.rules import AwardState
from madang.portal.jobs.rules import Shape, amount_held, owner_of
from madang.portal.ledger import queries as ledger
from madang.portal.prices import limits as stored_limits
from madang.portal.prices import queries as prices
from madang.portal.prices import rules as pricing
from madang.portal.resources.models import Pool, Product
from madang.portal.resources.rules import Grain


@dataclass(frozen=True)
class Place:
    """One pool of one award in force, the product that it was awarded as, and its balances in the unit's seconds."""

    award: Award
    pool: Pool
    product: Product
    balances: Balances


@dataclass(frozen=True)
class Figures:
    """What a submission would set aside at most in its pool unit's seconds, what is left now and after it, its price.

    `price` is in won if all of it were used; None where time is not charged by the hour. `by_month`: a month's price
    covers it.
    """

    unit: str
    held: int
    left: int
    price: int | None
    by_month: bool

    @property
    def after(self) -> int:
        return self.left - self.held

    @property
    def fits(self) -> bool:
        return self.held <= self.left


def places(by: Actor, now: datetime) -> list[Place]:
    """Where the actor may submit now, with what is left there. Three queries."""
    today = now.astimezone(settings.MADANG_ZONE).date()
    lines = AwardLine.objects.filter(
        award__state="in_force",
        award__starts_on__lte=today,
        award__ends_on__gt=today,
        award__organisation__in=by.memberships,
        product__pool__runs_jobs=True,
    )
    joined = lines.select_related("award__organisation", "award__application__track", "product__pool")
    found = {(line.award_id, line.product.pool_id): line for line in joined.order_by("-award_id", "-pk")}
    balances = ledger.balances_of({owner_of(award) for award, _ in found})
    return [
        Place(line.award, line.product.pool, line.product, balances.get(owner_of(award), {}).get(pool, Balances()))
        for (award, pool), line in found.items()
    ]


def place(by: Actor, now: datetime, *, award: int, pool: int) -> Place | None:
    """One of `places`."""
    return next((one for one in places(by, now) if (one.award.pk, one.pool.pk) == (award, pool)), None)


def award(by: Actor, number: str) -> Award | None:
    """An award whose jobs the actor sees, by its number; its own people know of none that is not published yet."""
    rows = Award.objects.filter(number=number).select_related("organisation")
    own = rows.filter(organisation__in=by.memberships).exclude(state=AwardState.HELD)
    # a NUL in a job's JSON comes this far; no number holds one, and PostgreSQL cannot be asked
    return (rows if by.has(Role.OPERATOR, Role.AUDITOR) else own).first() if "\0" not in number else None


def pools_of(award: int) -> list[Pool]:
    """The pools that an award's jobs can run in, in the order in which they were made."""
    awarded = AwardLine.objects.filter(award=award).values("product__pool")
    return list(Pool.objects.filter(runs_jobs=True, pk__in=awarded).order_by("pk"))


def usage(award: int) -> list[tuple[Pool, Balances]]:
    """What an award has in each pool, for a caller who may see it."""
    balances = ledger.balances(owner_of(award))
    return [(pool, balances[pool.pk]) for pool in Pool.objects.filter(pk__in=balances).order_by("pk")]


def figures(place: Place, shape: Shape, now: datetime, elements: int = 1) -> Figures:
    """The figures of so many jobs of this shape, were they submitted now."""
    held = amount_held(shape, place.pool.unit) * elements
    by_month = place.product.grain == Grain.MONTH
    return Figures(place.pool.unit, held, place.balances.left, price_at_most(place, held, now), by_month)


def price_at_most(place: Place, seconds: int, now: datetime) -> int | None:
    """Won to pay if all these seconds were used, before the month's rounding; None where none are charged by the hour.

    An award held by the month costs the same whether its jobs run or not; a day without a tariff has no price to show.
    """
    if place.product.grain != Grain.HOUR:
        return None
    day, kind = prices.today(now), pricing.kind_for(place.product.grain)
    verdicts = prices.verdicts_held(place.award.organisation_id)
    made = pricing.preview(
        product=place.product.code,
        amounts={day: seconds},
        tariffs=_tariffs([place.product.pk], kind),
        discounts=prices.discount_values(),
        attributes={day: pricing.attributes_on(place.award.organisation.kind, verdicts, day)},
        stacking=pricing.Stacking(place.award.application.track.stacking),
        limits=stored_limits.values(),
    )
    return made.total.payable if made.whole else None


def _tariffs(products: Iterable[int], kind: str) -> list[pricing.Tariff]:
    return [prices.as_value(row) for row in prices.approved(products) if row.kind == kind]


def limits(month: str = "") -> list[tuple[int, int, int, bool]]:
    """(award, GPUs at once, cores at once, open) for every award that was ever in force: what the backend enforces.

    An award of GPUs may use any number of cores beside them; an award of cores only those. What is awarded by the hour
    may be used up as fast as the machine gives it: only the hours are counted, not how many run at once; so may what
    is held as a target or out of its class's pool rather than as a cap. A supplement that is held by the month counts
    from its first month on, where `month` says which one it is.
    """
    rows = Award.objects.filter(in_force_at__isnull=False).order_by("pk")
    units = F("lines__quantity") * F("lines__product__units")
    found: dict[int, tuple[int, int, bool]] = {}
    later = Case(When(lines__added_on__isnull=False, then="lines__first_month"), default=Value(""))
    columns = ("pk", "state", "cluster_terms__hold", "lines__product__pool__unit", "lines__product__grain")
    for award, state, hold, unit, grain, amount, begins in rows.values_list(*columns, units, later):
        gpus, cores, _ = found.get(award, (0, 0, False))
        amount = 0 if month and begins > month else amount
        at_once = MANY if grain == Grain.HOUR or hold in ("target", "pool") else amount or 0
        if unit == "gpu":
            gpus, cores = min(MANY, gpus + at_once), MANY
        else:
            cores = min(MANY, cores + at_once)
        found[award] = (gpus, cores, state == "in_force")
    return [(award, *limit) for award, limit in found.items()]


def joined_source(pk: int) -> str:
    """Under what name the charges of an account of others stand in the book."""
    return f"joined:{pk}"


def joined() -> list[Joined]:
    """The accounts of others on the cluster whose runs are charged to awards."""
    names = ("pk", *(f"joined_accounts__{name}" for name in ("pk", "name", "since", "until")))
    rows = Award.objects.filter(joined_accounts__isnull=False).values_list(*names)
    return [
        Joined(name, owner_of(award), joined_source(pk), since, until)
        for award, pk, name, since, until in rows.order_by("joined_accounts__pk")
    ]


def network_allowed(award: int) -> bool:
    """Whether the award's jobs may use the network of the machine that runs them."""
    return Award.objects.filter(pk=award, cluster_terms__network=True).exists()


def pools_by_type(owners: Iterable[str]) -> dict[tuple[str, str], Pool]:
    """The pool of each award, by its name in the ledger and the type of GPU ("" for cores); the first where several."""
    awards = [int(owner.partition(":")[2]) for owner in owners if re.fullmatch(r"award:[0-9]{1,18}", owner)]
    rows = AwardLine.objects.filter(award__in=awards, award__in_force_at__isnull=False).select_related("product__pool")
    found: dict[tuple[str, str], Pool] = {}
    for row in rows.order_by("pk"):
        pool = row.product.pool
        found.setdefault((owner_of(row.award_id), pool.backend_type if pool.unit == "gpu" else ""), pool)
    return found
