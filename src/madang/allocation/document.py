"""Problems as JSON: reads the format of docs/allocation-problem.schema.json and writes it in its one canonical form."""

from __future__ import annotations

from collections.abc import Mapping

from madang.allocation.parts import (
    FORMAT,
    INVALID,
    Alternative,
    Award,
    Item,
    MonthCapacity,
    Parts,
    Pool,
    Product,
    Reference,
    Request,
    Rule,
)
from madang.reading import Node
from madang.values import Month

TEXTS = ("criterion", "pool", "holder", "attribute", "each")


def read(obj: object, source: str) -> Parts:
    """The parts in a document; `Refused("allocation_problem_invalid", file, field, rule)` at what is wrong."""
    node = Node(obj, "", source, INVALID)
    if node.at("format").text() != FORMAT:
        node.at("format").refuse("format_is_not_known", known=FORMAT)
    node.only("format", "pools", "products", "requests", "rules", "reference")
    reference = node.maybe("reference")
    return Parts(
        tuple(_pool(part) for part in node.at("pools").elements()),
        tuple(_product(part) for part in node.at("products").elements()),
        tuple(_request(part) for part in node.at("requests").elements()),
        read_rules(node.maybe("rules")),
        _reference(reference) if reference else None,
    )


def read_rules(node: Node | None) -> tuple[Rule, ...]:
    """The rules in a list of a document; none where there is no list."""
    return tuple(_rule(part) for part in node.elements()) if node else ()


def read_award(node: Node) -> Award:
    """An award: quantities, and where they are not the first alternative as asked, which and when."""
    option, later, spread = node.maybe("option"), node.maybe("later"), node.maybe("spread")
    return Award(
        tuple(part.number() for part in node.at("quantities").elements()),
        option.number() if option else 0,
        later.number() if later else 0,
        tuple(tuple(n.number() for n in part.elements()) for part in spread.elements()) if spread else (),
    )


def _pool(node: Node) -> Pool:
    node.only("code", "unit", "months")
    months: dict[Month, MonthCapacity] = {}
    for text, member in node.at("months").members():
        member.only("physical", "funded", "held")
        held = member.maybe("held")
        months[member.as_month(text)] = MonthCapacity(
            member.at("physical").number(), member.at("funded").number(), held.number() if held else 0
        )
    return Pool(node.at("code").text(), node.at("unit").text(), months)


def _reference(node: Node) -> Reference:
    node.only("name", "thousandths")
    return Reference(node.at("name").text(), node.at("thousandths").numbers())


def _product(node: Node) -> Product:
    node.only("code", "pool", "units")
    return Product(node.at("code").text(), node.at("pool").text(), node.at("units").number())


def _item(node: Node) -> Item:
    node.only("product", "asked", "least", "first", "months", "total")
    asked, least, total = node.at("asked").number(), node.maybe("least"), node.maybe("total")
    return Item(
        product=node.at("product").text(),
        asked=asked,
        least=least.number() if least else asked,
        first=node.at("first").month(),
        months=node.at("months").number(),
        total=total.boolean() if total else False,
    )


def _option(node: Node) -> Alternative:
    node.only("items", "later")
    later = node.maybe("later")
    return Alternative(
        tuple(_item(part) for part in node.at("items").elements()),
        later.number() if later else 0,
    )


def _request(node: Node) -> Request:
    node.only("id", "organisation", "score", "error", "criteria", "options", "attributes", "fixed")
    criteria, attributes = node.maybe("criteria"), node.maybe("attributes")
    fixed, error = node.maybe("fixed"), node.maybe("error")
    if fixed:
        fixed.only("quantities", "option", "later", "spread")
    return Request(
        id=node.at("id").text(),
        organisation=node.at("organisation").text(),
        score=node.at("score").number(),
        criteria=criteria.numbers() if criteria else {},
        options=tuple(_option(part) for part in node.at("options").elements()),
        attributes=attributes.texts() if attributes else {},
        fixed=read_award(fixed) if fixed else None,
        error=error.number() if error else 0,
    )


def _rule(node: Node) -> Rule:
    node.only("name", "kind", "sentence", "params")
    params: dict[str, int | str | Mapping[str, str]] = {}
    given = node.maybe("params")
    for name, member in given.members() if given else ():
        if name == "where":
            params[name] = member.texts()
        elif name in TEXTS:
            params[name] = member.text()
        else:
            params[name] = member.number()
    return Rule(node.at("name").text(), node.at("kind").text(), node.at("sentence").texts(), params)


def written(problem: Parts) -> dict[str, object]:
    """The document of a problem's parts: every default is written out, so that equal problems have equal documents."""
    found: dict[str, object] = {
        "format": FORMAT,
        "pools": [_pool_json(pool) for pool in problem.pools],
        "products": [{"code": p.code, "pool": p.pool, "units": p.units} for p in problem.products],
        "requests": [_request_json(request) for request in problem.requests],
        "rules": [
            {"name": r.name, "kind": r.kind, "sentence": dict(r.sentence), "params": _params_json(r.params)}
            for r in problem.rules
        ],
    }
    if problem.reference:
        found["reference"] = {
            "name": problem.reference.name,
            "thousandths": dict(problem.reference.thousandths),
        }
    return found


def asks(requests: tuple[Request, ...]) -> list[dict[str, object]]:
    """Who takes part and what they ask: of each request its id, organisation and options, as in the document."""
    every = (_request_json(request) for request in requests)
    return [{name: one[name] for name in ("id", "organisation", "options")} for one in every]


def award_json(award: Award) -> dict[str, object]:
    """The inverse of `read_award`."""
    found: dict[str, object] = {"option": award.option, "later": award.later, "quantities": list(award.quantities)}
    if award.spread:
        found["spread"] = [list(amounts) for amounts in award.spread]
    return found


def _pool_json(pool: Pool) -> dict[str, object]:
    months = {
        str(month): {"physical": capacity.physical, "funded": capacity.funded, "held": capacity.held}
        for month, capacity in sorted(pool.months.items())
    }
    return {"code": pool.code, "unit": pool.unit, "months": months}


def _request_json(request: Request) -> dict[str, object]:
    found: dict[str, object] = {
        "id": request.id,
        "organisation": request.organisation,
        "score": request.score,
        "error": request.error,
        "criteria": dict(request.criteria),
        "options": [
            {"items": [_item_json(i) for i in option.items], "later": option.later} for option in request.options
        ],
        "attributes": dict(request.attributes),
    }
    if request.fixed is not None:
        found["fixed"] = award_json(request.fixed)
    return found


def _item_json(item: Item) -> dict[str, object]:
    return {
        "product": item.product,
        "asked": item.asked,
        "least": item.least,
        "first": str(item.first),
        "months": item.months,
        "total": item.total,
    }


def _params_json(params: Mapping[str, int | str | Mapping[str, str]]) -> dict[str, object]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in params.items()}
