"""Who may import whom: libraries know no Django, kinds of file and domains have an order, and import-linter agrees."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest
from house.repository import (
    LIBRARIES,
    PORTAL,
    ROOT,
    SOURCE,
    domains,
    imports,
    imports_of,
    module_name,
    python_files,
    shown,
)

# what each kind of file may import from the domains of the portal
MAY_IMPORT = {
    "rules": {"rules"},
    "models": {"rules", "models"},
    "queries": {"rules", "models", "queries"},
    "actions": {"rules", "models", "queries", "actions"},
    "forms": {"rules", "models", "queries", "forms"},
    "chores": {"rules", "queries", "actions"},
    "pages": {"rules", "queries", "actions", "forms"},
    "api": {"rules", "queries", "actions"},
}
# models and actions import those of domains further down only; `helpdesk` and `indicators` know nothing of each other
ORDER = (
    "holdings",
    "rounds", "assignments", "suggestions",
    "indicators", "helpdesk", "outcomes", "settlements", "sanctions", "receipts", "expenses", "suppliers",
    "taxinvoices", "creditnotes", "billing", "aids", "wageclaims",
    "certificates", "coursework", "lessons", "learners", "companies", "incidents", "qualifications", "courses",
    "bookedjobs", "bookings", "tenancies", "camp", "fees",
    "facilities",
    "forecasts",
    "nodes", "cluster",
    "jobs", "energy", "environments", "agreements", "decisions", "takebacks", "transfers", "supplements", "awards",
    "studies",
    "plans", "exchanges", "policies", "replies", "honoraria", "meetings", "challenges", "findings", "committees",
    "experts", "consensus", "misconduct", "revisions", "reviews", "bonuses", "masks", "screening", "versions",
    "applications", "eligibility", "drafts", "conflicts", "calls", "entitlements", "prices", "funding", "months",
    "ledger", "shares", "resources",
    "approvals", "files", "idempotency", "organisations", "access", "people", "outbox", "journal",
)  # fmt: skip
DOWNWARDS = {"models", "actions"}
NO_DJANGO = {
    "django",
    "ninja",
    "csp",
    "django_htmx",
    "whitenoise",
    "madang.portal",
    "madang.cli",
    "madang.demonstration",
}
# a backend reports what was used in the words of accounting
MAY_IMPORT_LIBRARY = {"simulation": {"compute", "accounting"}, "compute": {"accounting"}}


def reaches(found: set[str], forbidden: set[str]) -> set[str]:
    """Which imports lie at or below a forbidden name."""
    return {name for name in found if any(name == root or name.startswith(f"{root}.") for root in forbidden)}


def domain_imports(found: set[str]) -> set[tuple[str, str]]:
    """(domain, kind) pairs among imported names; the gathered `madang.portal.models` counts as models of all."""
    pairs = set()
    for name in found:
        parts = name.split(".")
        if parts[:2] == ["madang", "portal"] and len(parts) > 3 and parts[3] in MAY_IMPORT:
            pairs.add((parts[2], parts[3]))
        elif parts[:3] == ["madang", "portal", "models"]:
            pairs.add(("every domain", "models"))
    return pairs


def kind_faults(domain: str, kind: str, found: set[str]) -> list[str]:
    """Imports that a file of this kind in this domain may not have."""
    wrong = []
    for other, imported in sorted(domain_imports(found)):
        if imported not in MAY_IMPORT[kind]:
            wrong.append(f"{kind} may not import {other}.{imported}")
        elif kind in DOWNWARDS and imported == kind and other != domain and not below(other, domain):
            wrong.append(f"{domain}.{kind} may not import {other}.{imported}: {other} does not lie below")
    return wrong


def below(other: str, domain: str) -> bool:
    known = other in ORDER and domain in ORDER
    return known and ORDER.index(other) > ORDER.index(domain) and (domain, other) != ("indicators", "helpdesk")


def library_faults(library: str, found: set[str]) -> set[str]:
    others = {f"madang.{name}" for name in LIBRARIES if name not in {library, *MAY_IMPORT_LIBRARY.get(library, set())}}
    return reaches(found, NO_DJANGO | others)


def test_libraries_know_neither_django_nor_each_other():
    found = {
        shown(path): library_faults(library, imports_of(path))
        for library in LIBRARIES
        for path in python_files(SOURCE / library)
    }
    found |= {
        name: reaches(imports_of(SOURCE / name), NO_DJANGO)
        for name in ("values.py", "errors.py", "lots.py", "catalogues.py", "reading.py")
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def circle(modules: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, late imports counted in; empty where there is none."""
    try:
        TopologicalSorter({name: found & modules.keys() for name, found in modules.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_can_be_read_in_one_direction(library):
    paths = [path for path in python_files(SOURCE / library) if path.name != "__init__.py"]
    assert circle({module_name(path): imports_of(path) for path in paths}) == []


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c", "x"}, "c": set()}) == []
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


def test_rules_know_no_django():
    found = {shown(path): reaches(imports_of(path), {"django", "ninja"}) for path in PORTAL.glob("*/rules.py")}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_kinds_and_domains_keep_their_order():
    paths = [PORTAL / domain / f"{kind}.py" for domain in domains() for kind in MAY_IMPORT]
    found = {shown(p): kind_faults(p.parent.name, p.stem, imports_of(p)) for p in paths if p.exists()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_domain_has_its_place_in_the_order():
    assert set(domains()) - set(ORDER) == set()


def test_import_linter_finds_every_contract_kept():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    result = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


# --- each rule above can fail ---


def test_imports_are_read_in_every_form():
    source = """
import os.path
from . import rules
from .. import formats
from ..calls.models import Call as C
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import django
def late():
    import altair
"""
    found = imports(ast.parse(source), "madang.portal.awards.actions")
    assert {
        "os.path",
        "madang.portal.awards.rules",
        "madang.portal.formats",
        "madang.portal.calls.models",
        "altair",
    } <= found
    assert "django" not in found
    assert "madang.portal.awards.rules" in imports(
        ast.parse("from . import rules"), "madang.portal.awards", is_package=True
    )
    assert module_name(SOURCE / "portal" / "calls" / "__init__.py") == "madang.portal.calls"


@pytest.mark.parametrize(
    ("domain", "kind", "source", "right"),
    [
        ("calls", "rules", "from madang.portal.calls.models import Call", False),
        ("calls", "models", "from madang.portal.calls import queries", False),
        ("calls", "models", "from madang.portal.people.models import Person", True),
        ("people", "models", "from madang.portal.calls.models import Call", False),
        ("brand_new", "models", "from madang.portal.calls.models import Call", False),
        ("calls", "queries", "from madang.portal.awards.models import Award", True),
        ("calls", "queries", "from madang.portal.calls import actions", False),
        ("awards", "actions", "from madang.portal.journal import actions as journal", True),
        ("journal", "actions", "from madang.portal.awards import actions", False),
        ("journal", "actions", "from madang.portal.awards import queries", True),
        ("indicators", "models", "from madang.portal.helpdesk.models import Ticket", False),
        ("calls", "forms", "from madang.portal.calls import actions", False),
        ("calls", "chores", "from madang.portal.calls.models import Call", False),
        ("calls", "pages", "from madang.portal.calls.models import Call", False),
        ("calls", "pages", "from madang.portal.models import Call", False),
        ("calls", "pages", "from madang.portal.calls import actions, forms, queries, rules", True),
        ("calls", "api", "from ..calls import forms", False),
    ],
)
def test_a_wrong_import_of_a_kind_is_found(domain, kind, source, right):
    found = imports(ast.parse(source), f"madang.portal.{domain}.{kind}")
    assert (kind_faults(domain, kind, found) == []) is right


@pytest.mark.parametrize(
    ("library", "source", "right"),
    [
        ("review", "import django.db", False),
        ("review", "from madang.portal import formats", False),
        ("allocation", "from madang.review import scores", False),
        ("simulation", "from madang.compute import policies", True),
        ("compute", "from madang.simulation import clock", False),
        ("compute", "from madang.accounting import metering", True),
        ("accounting", "from madang.compute import protocol", False),
        ("compute", "from madang import values", True),
        ("review", "import djangothing", True),
    ],
)
def test_a_wrong_import_of_a_library_is_found(library, source, right):
    assert (library_faults(library, imports(ast.parse(source), f"madang.{library}.x")) == set()) is right
