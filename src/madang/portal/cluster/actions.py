"""Sets whose Unix user is whose and how awards hold their part, asks for changes to the cluster, notes their end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from madang.compute.slurm.commands import Ran
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.awards.models import Award
from madang.portal.cluster import queries, rules
from madang.portal.cluster.models import ClusterChange, ClusterCount, ClusterLook, ClusterTerms, JoinedAccount
from madang.portal.cluster.rules import FAULTS, ChangeState, Fate, Hold, Judged, JudgedAccount
from madang.portal.journal.actions import digest, record
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
def set_terms(
    *,
    by: Actor,
    now: datetime,
    award: Award,
    hold: Hold,
    stop_percent: int,
    nodes: str = "",
    monthly: bool = False,
    carry: bool = True,
    borrow_percent: int = 0,
    network: bool = False,
) -> None:
    """Sets how an award holds its part of the cluster; it reaches the cluster with the next change.

    `nodes` counts for `Hold.NODES` alone, `carry` and `borrow_percent` where it is given by month, `network` for jobs
    that are handed over from now on. Refused: ``cluster_stop``, ``cluster_borrow`` outside 0 to 100 per cent,
    ``cluster_nodes_needed``, ``cluster_node_taken``, ``cluster_nodes_many``, ``slurm_node``.
    """
    rules.refuse_unless_keeper(by)
    if not rules.LEAST_STOP <= stop_percent <= rules.MOST_STOP:
        raise Refused("cluster_stop", least=rules.LEAST_STOP, most=rules.MOST_STOP, field="stop_percent")
    if not 0 <= borrow_percent <= rules.MOST_BORROWED:
        raise Refused("cluster_borrow", most=rules.MOST_BORROWED, field="borrow_percent")
    facts = {"hold": hold.value, "stop_percent": stop_percent, "network": network, "monthly": monthly}
    facts |= {"carry": carry and monthly, "borrow_percent": borrow_percent if monthly else 0}
    values = facts | {"nodes": _nodes(award, hold, nodes), "set_by_id": by.person, "set_at": now}
    if not ClusterTerms.objects.filter(award=award).update(**values):
        ClusterTerms.objects.create(award=award, **values)
    record(by=by, now=now, did="cluster.set_terms", kind="award", subject=award.pk, nodes=values["nodes"], **facts)


def _nodes(award: Award, hold: Hold, text: str) -> str:
    """The nodes that are kept for an award, as the table has them."""
    if hold is not Hold.NODES:
        return ""
    try:
        names = rules.nodes_of(text)
    except Refused as refused:
        raise Refused(refused.code, **refused.facts, field="nodes") from refused
    if not names:
        raise Refused("cluster_nodes_needed", field="nodes")
    for number, theirs in queries.kept_nodes_beside(award):
        if taken := sorted(set(names) & theirs):
            raise Refused("cluster_node_taken", node=taken[0], award=number, field="nodes")
    return " ".join(names)


@action
def join_accounts(*, by: Actor, now: datetime, lines: Iterable[tuple[str, str]]) -> list[JudgedAccount]:
    """Charges what accounts of others run from now on to awards (by their numbers), all of them or none.

    One that was another award's passes on at this instant. Refused: ``cluster_accounts_faulty``, for which see
    `queries.judge_accounts`.
    """
    rules.refuse_unless_keeper(by)
    judged = queries.judge_accounts(lines)
    if faults := sum(one.fate in FAULTS for one in judged):
        raise Refused("cluster_accounts_faulty", faults=faults, field="text")
    changed = {one.name: one.award for one in judged if one.fate is not Fate.SAME}
    JoinedAccount.objects.filter(name__in=changed, until=None).update(until=now)
    awards = dict(Award.objects.filter(number__in=changed.values()).values_list("number", "pk"))
    JoinedAccount.objects.bulk_create(
        [JoinedAccount(name=name, award_id=awards[to], since=now, set_by_id=by.person) for name, to in changed.items()]
    )
    if changed:
        facts = {"count": len(changed), "awards": sorted(set(awards.values()))}
        record(by=by, now=now, did="cluster.join_accounts", kind="cluster_account", subject="all", **facts)
    return judged


@action
def leave_account(*, by: Actor, now: datetime, name: str) -> None:
    """Charges an account's runs to no award any more; those that began before still are. Refused: ``not_found``."""
    rules.refuse_unless_keeper(by)
    row = JoinedAccount.objects.filter(name=name, until=None).first()
    if row is None:
        raise Refused("not_found")
    if not JoinedAccount.objects.filter(pk=row.pk, until=None).update(until=now):
        raise Stale("joined account")
    record(by=by, now=now, did="cluster.leave_account", kind="cluster_account", subject=row.pk, award=row.award_id)


@action
def note_counts(*, now: datetime, fresh: Iterable[tuple[int, str, int]]) -> None:
    """Notes what was used before the cluster begins to count: for each (award, kind) the seconds, and today."""
    day = now.astimezone(settings.MADANG_ZONE).date()
    rows = [
        ClusterCount(award_id=award, kind=kind, since=day, before_seconds=seconds) for award, kind, seconds in fresh
    ]
    ClusterCount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["award", "kind"], update_fields=["since", "before_seconds"]
    )


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
    """Journals the commands of a change that were carried out, and counts them."""
    count = _journal(by, now, ("cluster_change", change), commands)
    if count:
        row = ClusterChange.objects.get(pk=change)
        ClusterChange.objects.filter(pk=change).update(steps=row.steps + count)
    return count


@action
def followed(*, now: datetime, commands: Iterable[Ran]) -> int:
    """Journals the commands by which budgets were brought after what was used and granted."""
    return _journal(WORKER, now, ("cluster", "follow"), commands)


@action
def cut_off(*, by: Actor, now: datetime, change: int, commands: Sequence[Sequence[str]]) -> None:
    """Journals commands that a worker began and died over: each may have run, and what it printed is not known.

    They count as steps of the `change` that they belong to (0: of none), which so has begun.
    """
    known = set(UnixUser.objects.values_list("name", flat=True))
    kind, of = ("cluster_change", str(change)) if change else ("cluster", "follow")
    for argv in commands:
        words, _ = rules.without_users(argv, "", known, digest)
        record(by=by, now=now, did="cluster.cut_off", kind=kind, subject=of, command=words[:JOURNAL_OUTPUT])
    ClusterChange.objects.filter(pk=change).update(steps=F("steps") + len(commands))


def _journal(by: Actor, now: datetime, subject: tuple[str, int | str], commands: Iterable[Ran]) -> int:
    """Each command with the digest and the beginning of what it printed; Unix users in both by their digests."""
    kind, of = subject
    known = set(UnixUser.objects.values_list("name", flat=True))
    found = list(commands)
    for one in found:
        words, output = rules.without_users(one.argv, one.beginning, known, digest)
        record(
            by=by,
            now=now,
            did="cluster.run",
            kind=kind,
            subject=of,
            command=words[:JOURNAL_OUTPUT],
            status=one.status,
            output_sha256=one.sha256,
            output=output[:JOURNAL_OUTPUT],
        )
    return len(found)


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
