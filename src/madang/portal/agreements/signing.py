"""The seam by which an agreement is signed: a signer turns evidence into a signature, or refuses.

Built in are a click with the password and an uploaded signed paper. A site names its own in `MADANG_SIGNERS` by dotted
path; it is asked outside any transaction, so it may talk to a provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.hashers import check_password

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.agreements.rules import SigningMethod
from madang.portal.people.models import Person


@dataclass(frozen=True)
class Signed:
    """What a signer vouches for: how the person signed, and the SHA-256 that they saw and signed."""

    method: SigningMethod
    sha256: str
    file: int | None = None
    checked_by: int | None = None


class Signer(Protocol):
    """One way of signing. `evidence` is what its form or request brought; Refused where it does not suffice."""

    def sign(self, *, by: Actor, sha256: str, evidence: Mapping[str, Any]) -> Signed: ...


class ClickSigner:
    """The logged-in person types the password again; `evidence`: password."""

    def sign(self, *, by: Actor, sha256: str, evidence: Mapping[str, Any]) -> Signed:
        person = Person.objects.filter(pk=by.person, is_active=True).first()
        if person is None or not check_password(str(evidence.get("password", "")), person.password):
            raise Refused("signing_password_wrong", field="password")
        return Signed(SigningMethod.CLICK, sha256)


class FileSigner:
    """A signed paper that staff have looked at; `evidence`: file (row id), and the staff member is the actor."""

    def sign(self, *, by: Actor, sha256: str, evidence: Mapping[str, Any]) -> Signed:
        if by.person is None or not by.is_staff or not evidence.get("file"):
            raise Refused("not_allowed_for_role")
        return Signed(SigningMethod.SIGNED_FILE, sha256, file=int(evidence["file"]), checked_by=by.person)


BUILT_IN = {
    SigningMethod.CLICK: "madang.portal.agreements.signing.ClickSigner",
    SigningMethod.SIGNED_FILE: "madang.portal.agreements.signing.FileSigner",
}


def signer(method: SigningMethod) -> Signer:
    """The signer of a method: the site's own where its settings name one, else the built-in."""
    path = settings.MADANG_SIGNERS.get(method.value, BUILT_IN[method])
    module, _, name = path.rpartition(".")
    found: Signer = getattr(import_module(module), name)()
    return found
