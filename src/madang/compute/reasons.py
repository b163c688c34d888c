"""Why a job waits or how it ended, as a code with its facts: what policies, shares and backends all speak in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Facts = Mapping[str, int | str]


class Reason(NamedTuple):
    """A stable code and the values that its sentence needs (`sentences.sentence`)."""

    code: str
    facts: Facts = {}
