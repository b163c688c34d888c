"""Who acts: a person with roles and memberships, or the centre's own worker, as a value that rules can judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """What a person of the public body may do; one person may hold several."""

    SCREENING_OFFICER = "screening_officer"
    PROGRAMME_MANAGER = "programme_manager"
    APPROVER = "approver"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class MemberRole(StrEnum):
    """A person's place in an organisation."""

    OWNER = "owner"
    MEMBER = "member"


class Via(StrEnum):
    """By which face an action came."""

    PAGE = "page"
    API = "api"
    COMMAND = "command"
    WORKER = "worker"


# An auditor reads everything and changes nothing; a screening officer works on applications, not on money.
READING_ROLES = frozenset(Role)
WORKING_ROLES = READING_ROLES - {Role.AUDITOR}


@dataclass(frozen=True)
class Actor:
    """One person (or nobody: the public; or the worker) as seen at one request.

    `person` is the row id of the person, None for the public and the worker. `memberships` maps organisation ids to the
    person's role there, only those in force. `reviewer`: in the expert pool; `peer`: reviews other applications as an
    applicant, without being an expert. `address` is the network address that the request came from. `reads_only`:
    the request came with a token that is good for reading alone.
    """

    person: int | None = None
    roles: frozenset[Role] = frozenset()
    memberships: Mapping[int, MemberRole] = field(default_factory=dict)
    reviewer: bool = False
    peer: bool = False
    address: str = ""
    via: Via = Via.PAGE
    reads_only: bool = False

    @property
    def is_staff(self) -> bool:
        """Works for the body: any role but the auditor's alone."""
        return bool(self.roles & WORKING_ROLES)

    @property
    def reads_everything(self) -> bool:
        """Staff and auditors see all applications, awards and accounts (each such reading is logged)."""
        return bool(self.roles)

    @property
    def reviews(self) -> bool:
        """Has sheets to fill in, or may have: an expert, or an applicant where applicants review each other."""
        return self.reviewer or self.peer

    def has(self, *roles: Role) -> bool:
        """Holds at least one of `roles`."""
        return bool(self.roles & frozenset(roles))

    def speaking_for(self, person: int) -> Actor:
        """The same request, by the person whom it has just proved to come from; roles are read anew at the next."""
        return replace(self, person=person)

    def member_of(self, organisation: int) -> bool:
        return organisation in self.memberships

    def owner_of(self, organisation: int) -> bool:
        return self.memberships.get(organisation) is MemberRole.OWNER


PUBLIC = Actor()
WORKER = Actor(via=Via.WORKER)
