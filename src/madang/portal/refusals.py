"""The sentence for every refusal code, gathered from the domains' `sentences.py`, translated when shown."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language, gettext

from madang.allocation.refusals import refusal as library
from madang.errors import Refused


@cache
def _modules() -> list[object]:
    here = Path(__file__).parent
    return [
        importlib.import_module(f"madang.portal.{path.parent.name}.sentences")
        for path in sorted(here.glob("*/sentences.py"))
    ]


@cache
def sentences() -> Mapping[str, str]:
    """All refusal codes with their English sentences; a code stands in one domain only."""
    found: dict[str, str] = {}
    for module in _modules():
        for code, sentence in getattr(module, "REFUSALS", {}).items():
            if found.setdefault(code, sentence) != sentence:
                raise RuntimeError(f"the refusal {code!r} has two sentences")
    return found


@cache
def mails() -> Mapping[str, tuple[str, str]]:
    """All mail codes with their English subjects and bodies."""
    return {code: text for module in _modules() for code, text in getattr(module, "MAILS", {}).items()}


@cache
def codes(name: str) -> frozenset[str]:
    """The refusals that the domains list under a name: INPUT, FORBIDDEN."""
    return frozenset(code for module in _modules() for code in getattr(module, name, ()))


def sentence(refused: Refused) -> str:
    """What a person reads, in the active language. A code without a sentence is a bug and shows as its code."""
    if refused.code.startswith("allocation_"):
        # the library has its own words, which name field and rule; the portal's problems come from no file
        return library(refused, get_language() or settings.LANGUAGE_CODE)
    text = sentences().get(refused.code)
    return gettext(text).format(**shown(refused.facts)) if text else refused.code


def shown(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as people read them: whole numbers grouped, instants in the centre's time to the second."""
    return {name: _shown(value) for name, value in facts.items()}


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(settings.MADANG_ZONE):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value


def status(refused: Refused) -> int:
    """422 when the input is at fault, 403 when the token is, else 409: the state of things says no."""
    if refused.code in codes("FORBIDDEN"):
        return 403
    return 422 if refused.code in codes("INPUT") else 409
