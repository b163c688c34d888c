"""Gives people a part of an award that they share, such as a class for its term, and ends it; no part is a ledger's.

A part is a limit: what somebody's jobs hold and have used in a pool of the award stays within it. All of it comes from
the award's own account, so that nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from madang.portal.actors import MemberRole
from madang.portal.awards.models import Award, AwardPart
from madang.portal.people.models import Membership


def give(*, now: datetime, award: int, people: Iterable[int], seconds: int) -> None:
    """Gives each of these people a part of so many seconds of each pool, in place of an earlier one.

    Who is no member of the award's organisation becomes one until the part ends.
    """
    wanted = set(people)
    held = AwardPart.objects.filter(award=award, person__in=wanted)
    held.filter(ended_at__isnull=True).update(seconds=seconds)
    new = wanted - set(held.filter(ended_at__isnull=True).values_list("person", flat=True))
    organisation = Award.objects.values_list("organisation", flat=True).get(pk=award)
    members = Membership.objects.filter(organisation=organisation, person__in=new, left_at__isnull=True)
    join = new - set(members.values_list("person", flat=True))
    Membership.objects.bulk_create(
        Membership(organisation_id=organisation, person_id=one, role=MemberRole.MEMBER, joined_at=now)
        for one in sorted(join)
    )
    AwardPart.objects.bulk_create(
        AwardPart(award_id=award, person_id=one, seconds=seconds, joined=one in join, given_at=now)
        for one in sorted(new)
    )


def end(*, now: datetime, award: int, people: Iterable[int] | None = None) -> int:
    """Ends the parts of these people, of everybody where none are named, and the memberships that came with them."""
    rows = AwardPart.objects.filter(award=award, ended_at__isnull=True)
    rows = rows if people is None else rows.filter(person__in=list(people))
    ended = list(rows.values_list("pk", "person", "joined"))
    AwardPart.objects.filter(pk__in=[pk for pk, _, _ in ended], ended_at__isnull=True).update(ended_at=now)
    gone = [person for _, person, joined in ended if joined]
    # one who shares another award of the organisation stays a member for that one
    others = AwardPart.objects.filter(person__in=gone, ended_at__isnull=True, award__organisation__awards=award)
    stay = set(others.values_list("person", flat=True))
    left = Membership.objects.filter(
        organisation__awards=award, person__in=set(gone) - stay, role=MemberRole.MEMBER, left_at__isnull=True
    )
    Membership.objects.filter(pk__in=list(left.values_list("pk", flat=True))).update(left_at=now)
    return len(ended)
