"""A camp on the first of April 2026 with few people, as the tests of tenancies need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from factories import actor, make_member, make_organisation, make_staff
from portal.access_camp import make_camp

from madang.portal.actors import MemberRole, Role


@dataclass
class Camp:
    """Organisation A with its camp; actors by name."""

    a: Any
    people: dict[str, Any]
    places: dict[str, Any] = field(default_factory=dict)

    def by(self, who: str) -> Any:
        return actor(self.people[who])


def camp() -> Camp:
    a = make_organisation()
    people = {
        "owner": make_member(a),
        "member": make_member(a, role=MemberRole.MEMBER),
        "stranger": make_member(),
        "manager": make_staff(Role.PROGRAMME_MANAGER),
        "officer": make_staff(Role.SCREENING_OFFICER),
        "operator": make_staff(Role.OPERATOR),
        "auditor": make_staff(Role.AUDITOR),
    }
    found = Camp(a, people)
    make_camp(SimpleNamespace(people=people, places=found.places), a)
    return found
