"""Requests for repair: asked for by a tenant, moved by those who keep the camp, confirmed or reopened by the tenant."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.camp.models import CampSpace
from madang.portal.camp.rules import KEEPERS, SpaceKind
from madang.portal.journal.actions import record
from madang.portal.people.actions import write_mail
from madang.portal.tenancies import rules
from madang.portal.tenancies.models import Tenancy, UpkeepRequest, UpkeepStep
from madang.portal.tenancies.rules import UpkeepState
from madang.portal.transactions import action


@action
def ask(*, by: Actor, now: datetime, tenancy: int, what: str, words: str, space: int | None = None) -> UpkeepRequest:
    """Asks for something to be mended, in one's own space or a shared one; `what` is its heading.

    Refused: ``tenancy_state_wrong``, ``request_what_needed`` (most), ``request_words_needed``, ``request_space_wrong``,
    ``requests_too_many`` (most).
    """
    row = Tenancy.objects.filter(pk=tenancy).first()
    if row is None:
        raise Refused("not_found")
    person = rules.refuse_unless_member(by, row.organisation_id)
    if row.state not in rules.LIVING:
        raise Refused("tenancy_state_wrong")
    if not 1 <= len(what.strip()) <= rules.WHAT:
        raise Refused("request_what_needed", field="what", most=rules.WHAT)
    said = rules.check_words(words)
    near = Q(pk__in=row.spaces.values("space")) | Q(kind=SpaceKind.SHARED)
    if space is not None and not CampSpace.objects.filter(near, pk=space).exists():
        raise Refused("request_space_wrong", field="space")
    if UpkeepRequest.objects.filter(tenancy=row, state__in=rules.OPEN_UPKEEP).count() >= rules.REQUESTS_OPEN_MOST:
        raise Refused("requests_too_many", most=rules.REQUESTS_OPEN_MOST)
    given = {"what": what.strip(), "asked_by_id": person, "asked_at": now, "moved_at": now}
    made = UpkeepRequest.objects.create(tenancy=row, space_id=space, **given)
    UpkeepStep.objects.create(request=made, state=UpkeepState.ASKED, words=said, by_id=person, at=now)
    record(by=by, now=now, did="tenancies.ask", kind="upkeep", subject=made.pk, tenancy=tenancy)
    return made


@action
def move(*, by: Actor, now: datetime, request: int, version: int, to: UpkeepState, words: str = "") -> None:
    """Moves a request on with words; who asked is written to when it is done. Refused as `rules.check_move`."""
    row = UpkeepRequest.objects.select_related("tenancy", "asked_by").filter(pk=request).first()
    if row is None or by.person is None:
        raise Refused("not_found")
    who = {"tenant": by.member_of(row.tenancy.organisation_id), "keeper": by.has(*KEEPERS)}
    if not any(who.values()):
        raise Refused("not_allowed_for_role")
    said = rules.check_move(row.state, to, words, **who)
    same = UpkeepRequest.objects.filter(pk=request, state=row.state, version=version)
    if not same.update(state=to, moved_at=now, version=F("version") + 1):
        raise Stale("upkeeprequest")
    UpkeepStep.objects.create(request=row, state=to, words=said, by_id=by.person, at=now)
    if to is UpkeepState.DONE and row.asked_by.is_active:
        facts = {"what": row.what, "words": said, "link": reverse("upkeep", args=[request])}
        write_mail(row.asked_by, now=now, code="upkeep_done", key=f"upkeep_done-{request}-{version}", **facts)
    record(by=by, now=now, did="tenancies.move", kind="upkeep", subject=request, to=str(to))
