"""The API is what docs/openapi.json promises: a change of the one is a change of the other, seen in review."""

import ast
import importlib
import json
import re
from collections import Counter

from house.repository import PORTAL, ROOT, tree

from madang.portal.openapi import document

COMMAND = "python -m madang.portal.openapi docs/openapi.json"
PROMISED = ROOT / "docs" / "openapi.json"


def operations(schema):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


def test_the_document_is_the_api():
    promised, present = json.loads(PROMISED.read_text(encoding="utf-8")), json.loads(document())
    before, now = operations(promised), operations(present)
    differing = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    assert differing == [], f"the API differs from docs/openapi.json here; if that is meant: {COMMAND}"
    assert promised == present, f"the schemas differ from docs/openapi.json; if that is meant: {COMMAND}"


def test_every_operation_has_a_stable_name_of_its_own_and_says_what_it_does():
    found = operations(json.loads(document()))
    names = [operation["operationId"] for operation in found.values()]
    assert len(names) == len(set(names)) > 20
    generated = [name for name in names if "_api_" in name]
    assert generated == [], "give these an operation_id"
    assert [name for name, operation in found.items() if not operation.get("description")] == []


def test_every_schema_has_a_name_of_its_own():
    """The document knows schemas by their names only: of two with one name it would show one."""
    names = [
        node.name
        for path in sorted(PORTAL.glob("*/api.py"))
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert len(names) > 100


def test_no_address_is_served_by_two_routers():
    """Only the first router that knows an address is asked: the verbs of the second would not be there."""
    where: dict[str, set[str]] = {}
    for path in sorted(PORTAL.glob("*/api.py")):
        router = importlib.import_module(f"madang.portal.{path.parent.name}.api").router
        for address in router.path_operations:
            where.setdefault(re.sub(r"{[^}]*}", "{}", address), set()).add(path.parent.name)
    assert {address: domains for address, domains in where.items() if len(domains) > 1} == {}
    assert len(where) > 80


def test_amounts_name_their_unit():
    """Money and computing are whole numbers whose names end with what they are counted in."""
    schemas = json.loads(document())["components"]["schemas"]
    found = {
        f"{schema}.{name}"
        for schema, told in schemas.items()
        for name, field in told.get("properties", {}).items()
        if field.get("type") == "number" or name in {"price", "amount", "seconds", "won"}
    }
    assert found == set()
