"""Sets whose Unix user is whose and how awards hold their part, asks for changes to the cluster, notes their end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from madang.compute.slurm.commands import Ran
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.awards.models import Award
from madang.portal.cluster import queries, rules
from madang.portal.cluster.models import ClusterChange, ClusterLook, ClusterTerms
from madang.portal.cluster.rules import FAULTS, ChangeState, Fate, Hold, Judged
from madang.portal.journal.actions import record
from madang.portal.people.models import Person, UnixUser
from madang.portal.transactions import action

CLAIM = timedelta(minutes=10)
JOURNAL_OUTPUT = 4096


@action
def set_unix_users(*, by: Actor, now: datetime, lines: Iterable[tuple[str, str]]) -> list[Judged]:
    """Gives people (by their addresses) their Unix users, all of them or none; what is so already stays.

    Refused: ``unix_users_faulty`` with the number of faulty lines, for which see `queries.judge`.
    """
    rules.refuse_unless_keeper(by)
    judged = queries.judge(lines)
    if faults := sum(one.fate in FAULTS for one in judged):
        raise Refused("unix_users_faulty", faults=faults, field="text")
    changed = [one for one in judged if one.fate is not Fate.SAME]
    people = dict(Person.objects.filter(email__in=[one.email for one in changed]).values_list("email", "pk"))
    UnixUser.objects.filter(person__in=people.values()).delete()
    UnixUser.objects.bulk_create(
        [UnixUser(person_id=people[one.email], name=one.name, set_by_id=by.person, set_at=now) for one in changed]
    )
    if changed:
        facts = {"people": sorted(people.values()), "count": len(changed)}
        record(by=by, now=now, did="cluster.set_unix_users", kind="unix_user", subject="all", **facts)
    return judged


@action
def remove_unix_user(*, by: Actor, now: datetime, name: str) -> None:
    """Takes a person's Unix user away: no job of theirs is submitted any more. Refused: ``not_found``."""
    rules.refuse_unless_keeper(by)
    row = UnixUser.objects.filter(name=name).first()
    if row is None:
        raise Refused("not_found")
    UnixUser.objects.filter(pk=row.pk).delete()
    record(by=by, now=now, did="cluster.remove_unix_user", kind="unix_user", subject=row.person_id)


@action
def set_terms(*, by: Actor, now: datetime, award: Award, hold: Hold, stop_percent: int, network: bool = False) -> None:
    """Sets how an award holds its part of the cluster; it reaches the cluster with the next change.

    `network` counts for jobs that are handed over from now on. Refused: ``cluster_stop`` outside 100 to 200 per cent.
    """
    rules.refuse_unless_keeper(by)
    if not rules.LEAST_STOP <= stop_percent <= rules.MOST_STOP:
        raise Refused("cluster_stop", least=rules.LEAST_STOP, most=rules.MOST_STOP, field="stop_percent")
    values = {"hold": hold, "stop_percent": stop_percent, "network": network, "set_by_id": by.person, "set_at": now}
    if not ClusterTerms.objects.filter(award=award).update(**values):
        ClusterTerms.objects.create(award=award, **values)
    facts = {"hold": hold.value, "stop_percent": stop_percent, "network": network}
    record(by=by, now=now, did="cluster.set_terms", kind="award", subject=award.pk, **facts)


@action
def ask_look(*, by: Actor, now: datetime) -> None:
    """Asks the worker to look at the cluster soon."""
    rules.refuse_unless_keeper(by)
    ClusterLook.objects.get_or_create(pk=queries.THE_LOOK)
    ClusterLook.objects.filter(pk=queries.THE_LOOK).update(asked_at=now)
    record(by=by, now=now, did="cluster.ask_look", kind="cluster", subject="all")


@action
def looked(*, now: datetime, seen: Mapping[str, object]) -> None:
    """Keeps what was seen in place of what was kept before; what was asked for is answered."""
    ClusterLook.objects.get_or_create(pk=queries.THE_LOOK)
    ClusterLook.objects.filter(pk=queries.THE_LOOK).update(**seen, looked_at=now, asked_at=None)


def ask_change(
    *, by: Actor, now: datetime, digest: str, planned: int, remove: bool = False, claim: bool = False
) -> ClusterChange:
    """Asks for exactly the changes with this digest; with `claim` the caller carries them out itself.

    Refused: ``cluster_nothing_to_do``, ``cluster_change_goes_on`` where one has not ended.
    """
    if not digest or not planned:
        raise Refused("cluster_nothing_to_do")
    try:
        return _ask_change(by=by, now=now, digest=digest, planned=planned, remove=remove, claim=claim)
    except Refused as refused:
        if refused.code in ("not_unique", "not_allowed_by_table"):
            raise Refused("cluster_change_goes_on") from refused
        raise


@action
def _ask_change(*, by: Actor, now: datetime, digest: str, planned: int, remove: bool, claim: bool) -> ClusterChange:
    rules.refuse_unless_keeper(by)
    row = ClusterChange.objects.create(
        digest=digest,
        planned=planned,
        remove=remove,
        asked_by_id=by.person,
        asked_at=now,
        claimed_until=now + CLAIM if claim else None,
    )
    facts = {"digest": digest, "planned": planned, "remove": remove}
    record(by=by, now=now, did="cluster.ask_change", kind="cluster_change", subject=row.pk, **facts)
    return row


@action
def claim(*, now: datetime, change: ClusterChange) -> datetime:
    """Takes a change for carrying it on. Stale where another worker was first."""
    until = now + CLAIM
    rows = ClusterChange.objects.filter(pk=change.pk, state=ChangeState.ASKED, claimed_until=change.claimed_until)
    if not rows.update(claimed_until=until):
        raise Stale("cluster change")
    return until


@action
def ran(*, by: Actor, now: datetime, change: int, commands: Iterable[Ran]) -> int:
    """Journals the commands that were carried out, each with the digest and the beginning of what it printed."""
    count = 0
    for one in commands:
        count += 1
        words = " ".join(one.argv)
        record(
            by=by,
            now=now,
            did="cluster.run",
            kind="cluster_change",
            subject=change,
            command=words[:JOURNAL_OUTPUT],
            command_sha256=hashlib.sha256(words.encode()).hexdigest(),
            status=one.status,
            output_sha256=one.sha256,
            output=one.beginning[:JOURNAL_OUTPUT],
        )
    if count:
        row = ClusterChange.objects.get(pk=change)
        ClusterChange.objects.filter(pk=change).update(steps=row.steps + count)
    return count


@action
def ended(
    *, by: Actor = WORKER, now: datetime, change: int, state: ChangeState, failure: Mapping[str, object] | None = None
) -> None:
    """Notes how a change ended."""
    rows = ClusterChange.objects.filter(pk=change, state=ChangeState.ASKED)
    if not rows.update(state=state, ended_at=now, claimed_until=None, failure=dict(failure or {})):
        raise Stale("cluster change")
    record(by=by, now=now, did=f"cluster.{state}", kind="cluster_change", subject=change)


@action
def rest(*, now: datetime, change: int) -> None:
    """Gives a claim up, so that the change is carried on at the next turn."""
    ClusterChange.objects.filter(pk=change, state=ChangeState.ASKED).update(claimed_until=now)
