"""The shares of the machine as JSON: read by staff who read everything, set by operators."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from madang.compute.protocol import ClassShares
from madang.portal.actors import Role
from madang.portal.faces import known_to
from madang.portal.shares import actions, queries
from madang.portal.shares.rules import Borrowing

router = Router(tags=["shares"])


class Shares(Schema):
    """Weights in fair share and parts of the machine (`cores`, `gpus`) by kind of organisation."""

    weights: dict[str, int] = {}
    parts: dict[str, dict[str, int]] = {}
    borrowing: Borrowing = Borrowing.BORROW


@router.get("/shares", response=Shares, operation_id="shares")
@known_to(Role.OPERATOR, Role.AUDITOR)
def shares(request: HttpRequest) -> Any:
    """The shares that hold; empty where the machine's own settings count."""
    return queries.present() or ClassShares()


@router.put("/shares", response=Shares, operation_id="set_shares")
@known_to(Role.OPERATOR)
def set_shares(request: HttpRequest, given: Shares) -> Any:
    """Sets them from now on; what is left out has the weight 1 and no part of its own."""
    return actions.set_shares(by=request.actor, now=timezone.now(), **given.model_dump())
