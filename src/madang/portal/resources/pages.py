"""The public page of capacity, and the staff's pages of pools, their months and products."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madang.portal import charts
from madang.portal.actors import READING_ROLES
from madang.portal.faces import one, tried, with_role
from madang.portal.resources import actions, queries
from madang.portal.resources.forms import CapacityForm, PoolForm, ProductForm
from madang.portal.resources.rules import MANAGERS
from madang.portal.resources.sentences import GRAINS, UNITS
from madang.portal.templatetags.madang import in_language, month

POOLS = gettext_lazy("Pools and products")


def capacity(request: HttpRequest) -> HttpResponse:
    """What stands there, what is funded and what is promised, by pool and month; for everybody."""
    months, table = queries.capacity_table(request.actor, request.now)
    context = {"months": months, "table": [_shown(pool) for pool in table]}
    return render(request, "resources/capacity.html", context)


def _counted_in(pool: Any) -> str:
    return _(UNITS[f"{pool.unit}_{pool.grain}"])


def _shown(row: queries.PoolCapacity) -> dict[str, object]:
    """A pool with its chart: promised and free under what stands there; from its first month to its last."""
    stored = [place for place, (_key, one) in enumerate(row.months) if one.physical]
    months = row.months[stored[0] : stored[-1] + 1] if stored else []
    name = in_language(row.pool, "name")
    chart = charts.stacked(
        title=_("{pool}: promised and free capacity by month").format(pool=name),
        description=_("The line shows what stands there. What lies above the bars has no operating money yet."),
        category=_("Month"),
        measure=_counted_in(row.pool),
        series=[_("Promised"), _("Still free")],
        rows=[(month(key), [one.committed, one.free]) for key, one in months],
        limit=[one.physical for _key, one in months],
        limit_name=_("Standing there"),
    )
    return {"pool": row.pool, "unit": _counted_in(row.pool), "months": months, "chart": chart}


@with_role(*READING_ROLES)
def pools(request: HttpRequest) -> HttpResponse:
    """All pools with their months, and products; forms for a new pool and a new product."""
    pool_form = PoolForm(auto_id="pool_%s")
    product_form = ProductForm(by=request.actor, auto_id="product_%s")
    if request.method == "POST":
        new = {"by": request.actor, "now": request.now}
        if request.POST.get("what") == "pool":
            pool_form = PoolForm(request.POST, auto_id="pool_%s")
            done = pool_form.is_valid() and tried(
                pool_form, lambda: actions.create_pool(**new, **pool_form.cleaned_data)
            )
        else:
            product_form = ProductForm(request.POST, by=request.actor, auto_id="product_%s")
            done = product_form.is_valid() and tried(
                product_form, lambda: actions.create_product(**new, **product_form.cleaned_data)
            )
        if done:
            messages.success(request, _("Saved."))
            return redirect("pools")
    months, table = queries.capacity_table(request.actor, request.now)
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (POOLS, "")],
        "months": months,
        "table": [(row, _counted_in(row.pool)) for row in table],
        "products": [(row, _(GRAINS[row.grain])) for row in queries.products(request.actor)],
        "pool_form": pool_form,
        "product_form": product_form,
        "may_change": request.actor.has(*MANAGERS),
    }
    return render(request, "resources/pools.html", context)


@with_role(*READING_ROLES)
def pool(request: HttpRequest, code: str) -> HttpResponse:
    """One pool's months, and the form that sets them."""
    row = one(queries.pools(request.actor), code=code)
    stored = queries.capacity(request.actor, row)
    form = CapacityForm(request.POST or None, initial=_initial(dict(stored), request.GET.get("month", "")))
    if request.method == "POST" and form.is_valid():
        saved = tried(form, lambda: _save(request, row.pk, form))
        if saved:
            messages.success(request, _("Saved."))
            return redirect("pool", code=code)
    context = {
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (POOLS, reverse("pools")),
            (in_language(row, "name"), ""),
        ],
        "pool": row,
        "unit": _counted_in(row),
        "stored": stored,
        "chart": _shown(queries.PoolCapacity(row, stored))["chart"] if stored else None,
        "form": form,
        "may_change": request.actor.has(*MANAGERS),
    }
    return render(request, "resources/pool.html", context)


def _save(request: HttpRequest, pool: int, form: CapacityForm) -> bool:
    actions.set_capacity(by=request.actor, now=request.now, pool=pool, months=form.months())
    return True


def _initial(stored: dict[str, queries.Capacity], wanted: str) -> dict[str, object]:
    known = stored.get(wanted)
    if known is None:
        return {"month": wanted}
    return {"month": wanted, "physical": known.physical, "funded": known.funded, "version": known.version}


@with_role(*MANAGERS)
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Asks, then takes a product off offer."""
    row = one(queries.products(request.actor), code=code, active=True)
    if request.method == "POST":
        actions.retire_product(by=request.actor, now=request.now, product=row.pk)
        messages.success(request, _("The product is no longer on offer."))
        return redirect("pools")
    name = in_language(row, "name")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (POOLS, reverse("pools")), (name, "")],
        "heading": _("Take {product} off offer").format(product=name),
        "text": _("New calls can no longer offer it. Awards that hold it keep it to their end."),
        "label": _("Take off offer"),
        "url": reverse("product-retire", args=[code]),
        "back": reverse("pools"),
        "danger": True,
    }
    return render(request, "resources/confirm.html", context)


urlpatterns = [
    path("capacity/", capacity, name="capacity"),
    path("staff/pools/", pools, name="pools"),
    path("staff/pools/<slug:code>/", pool, name="pool"),
    path("staff/products/<slug:code>/retire/", retire, name="product-retire"),
]
