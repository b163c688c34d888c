"""The people of the demonstration: one log-in for each role, and generated applicants and reviewers without one."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from madang.cli.language import N_
from madang.demonstration import names
from madang.portal.actors import WORKER, Actor, Role, Via
from madang.portal.people import actions as people
from madang.portal.people import queries

# The part of a generated address that stands for the word in a generated name.
WORDS = {"신청": "generated-applicant", "평가": "generated-reviewer"}
PASSWORD = "madang-demo-2026"
DOMAIN = "madang.example"


@dataclass(frozen=True)
class LogIn:
    """One line of what is printed at the end: who, and with which address."""

    role: str
    email: str


LOG_INS = [
    LogIn(N_("operator"), f"operator@{DOMAIN}"),
    LogIn(N_("screening officer"), f"screening@{DOMAIN}"),
    LogIn(N_("programme manager (drafts)"), f"manager@{DOMAIN}"),
    LogIn(N_("approver (the second person)"), f"approver@{DOMAIN}"),
    LogIn(N_("auditor"), f"auditor@{DOMAIN}"),
    LogIn(N_("reviewer"), f"reviewer@{DOMAIN}"),
    LogIn(N_("applicant: owner of a start-up with an award"), f"owner@{DOMAIN}"),
    LogIn(N_("applicant: its engineer"), f"engineer@{DOMAIN}"),
]
_STAFF = {
    "screening": (Role.SCREENING_OFFICER, "screening"),
    "manager": (Role.PROGRAMME_MANAGER, "manager"),
    "approver": (Role.APPROVER, "approver"),
    "auditor": (Role.AUDITOR, "auditor"),
}
_NAMES = {
    "operator": "김운영 01",
    "screening": "이검토 01",
    "manager": "박기획 01",
    "approver": "최승인 01",
    "auditor": "정감사 01",
    "reviewer": "강평가 01",
    "owner": "조대표 01",
    "engineer": "윤개발 01",
}


@dataclass
class Cast:
    """Persons by the name they play; `actor` reads their roles and memberships anew, as a log-in would."""

    persons: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return queries.actor_of(self.persons[name], address="127.0.0.1", via=Via.COMMAND)


def register(*, now: datetime, name: str, email: str, password: str | None = None) -> int:
    """A person with an account; without a password nobody can log in with it."""
    return people.register_person(by=WORKER, now=now, email=email, name=name, language="ko", password=password).pk


def staff(now: datetime) -> Cast:
    """The first operator through the one-time link, then everyone whom a log-in is printed for."""
    cast = Cast()
    link = people.first_operator_link(now=now)
    token = urlsplit(str(link)).path.rstrip("/").rsplit("/", 1)[-1]
    first = people.register_first_operator(
        by=WORKER,
        now=now,
        token=token,
        email=f"operator@{DOMAIN}",
        name=_NAMES["operator"],
        language="ko",
        password=PASSWORD,
    )
    cast.persons["operator"] = first.pk
    for name in ("screening", "manager", "approver", "auditor", "reviewer", "owner", "engineer"):
        cast.persons[name] = register(now=now, name=_NAMES[name], email=f"{name}@{DOMAIN}", password=PASSWORD)
    for name, (role, _) in _STAFF.items():
        people.grant_role(by=cast.actor("operator"), now=now, person=cast.persons[name], role=role)
    return cast


def generated_person(word: str, serial: int, now: datetime, draw: random.Random) -> int:
    """A generated person with an unusable password."""
    return register(now=now, name=names.person(word, serial, draw), email=f"{WORDS[word]}-{serial:04d}@{DOMAIN}")
