"""Holds, offers, answers, puts in force and ends awards, with the capacity and computing that go with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.urls import reverse

from madang.accounting.ledger import Balances
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import letters, queries, rules
from madang.portal.awards.models import Award, AwardLine, BudgetAlert, FreedPromise, SecondInstalment
from madang.portal.awards.rules import AwardState, Grant
from madang.portal.formats import core_hours, day, gpu_hours
from madang.portal.journal import actions as journal
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as balances
from madang.portal.outbox import actions as outbox
from madang.portal.plans import problems
from madang.portal.plans.models import Plan
from madang.portal.resources import actions as resources
from madang.portal.resources.models import Pool
from madang.portal.resources.rules import Grain
from madang.portal.transactions import action
from madang.values import SECONDS_PER_HOUR, Month

SOURCE = "award"


def _next_month(now: datetime) -> str:
    """The month after the one in which an instant falls at the centre."""
    return str(Month.of(now, settings.MADANG_ZONE).plus(1))


def _lines(awards: Sequence[int]) -> list[AwardLine]:
    return _lines_of(AwardLine.objects.filter(award__in=awards))


def _lines_of(rows: QuerySet[AwardLine]) -> list[AwardLine]:
    return list(rows.select_related("product__pool").order_by("pk"))


@action
def hold(*, by: Actor, now: datetime, plan: Plan, grants: Sequence[Grant]) -> list[Award]:
    """Sets awards aside under an adopted plan and promises their capacity; nobody is told yet.

    Refused "capacity_exceeded" when another award took the last units first; then nothing of it happens.
    """
    serial = Award.objects.filter(application__intake=plan.intake_id).count()
    code, intake = plan.intake.call.code, plan.intake.number
    taken = set(Award.objects.filter(application__intake=plan.intake_id).values_list("number", flat=True))
    awards = []
    for grant in grants:
        serial += 1
        while rules.number_of(code, intake, serial) in taken:
            serial += 1
        starts, ends = rules.days_of(grant.lines)
        awards.append(
            Award(
                number=rules.number_of(code, intake, serial),
                application_id=grant.application,
                organisation_id=grant.organisation,
                plan=plan,
                title=grant.title,
                starts_on=starts,
                ends_on=ends,
                created_at=now,
            )
        )
    Award.objects.bulk_create(awards, batch_size=200)
    AwardLine.objects.bulk_create(
        [_line(award, line) for award, grant in zip(awards, grants, strict=True) for line in grant.lines],
        batch_size=500,
    )
    _halve(now, awards)
    _commit(by, now, awards)
    journal.record(by=by, now=now, did="awards.hold", kind="plan", subject=plan.pk, awards=len(awards))
    return awards


def _halve(now: datetime, awards: Sequence[Award]) -> None:
    """Notes the second instalment of those whose track grants hours in two halves."""
    halved = AwardLine.objects.filter(
        award__in=awards, product__grain=Grain.HOUR, award__application__track__halves=True
    )
    days = {award.pk: rules.halfway(award.starts_on, award.ends_on) for award in awards}
    found = [pk for pk in halved.values_list("award", flat=True).distinct() if days[pk]]
    SecondInstalment.objects.bulk_create(SecondInstalment(award_id=pk, report_on=days[pk], set_at=now) for pk in found)


def _line(award: Award, line: rules.Line) -> AwardLine:
    return AwardLine(
        award=award,
        product_id=line.product,
        asked=line.asked,
        quantity=line.quantity,
        first_month=line.first_month,
        months=line.months,
        seconds=line.seconds,
    )


def _commit(by: Actor, now: datetime, awards: Iterable[Award]) -> None:
    units = problems.holdings(_lines([award.pk for award in awards]))
    if units:
        resources.commit_all(by=by, now=now, units=units)


def _release(by: Actor, now: datetime, awards: Sequence[int], from_month: str = "") -> None:
    units = problems.holdings(_lines(awards), from_month)
    if units:
        resources.release_all(by=by, now=now, units=units)


@action
def drop_held(*, by: Actor, now: datetime, intake: int) -> int:
    """Takes back awards that were set aside and never published, as another plan is adopted; returns how many."""
    held = list(Award.objects.filter(application__intake=intake, state=AwardState.HELD).values_list("pk", flat=True))
    if held:
        _release(by, now, held)
        AwardLine.objects.filter(award__in=held).delete()
        Award.objects.filter(pk__in=held, state=AwardState.HELD).delete()
        journal.record(by=by, now=now, did="awards.drop_held", kind="intake", subject=intake, awards=len(held))
    return len(held)


@action
def offer(*, by: Actor, now: datetime, intake: int, accept_by: datetime) -> list[int]:
    """Turns the held awards of an intake into offers with one deadline; returns their applications' ids."""
    rows = Award.objects.filter(application__intake=intake, state=AwardState.HELD)
    applications = list(rows.values_list("application", flat=True))
    if rows.update(state=AwardState.OFFERED, accept_by=accept_by) != len(applications):
        raise Stale("award")
    facts = {"awards": len(applications), "accept_by": accept_by.isoformat()}
    journal.record(by=by, now=now, did="awards.offer", kind="intake", subject=intake, **facts)
    return applications


@action
def accept(*, by: Actor, now: datetime, award: int) -> Award:
    """An owner takes the offer, before its deadline.

    Refused: "not_found", "not_allowed_for_role", "award_not_offered", "award_deadline_passed". Stale when it was
    answered at the same moment.
    """
    return _answer(by, now, award, AwardState.ACCEPTED)


@action
def decline(*, by: Actor, now: datetime, award: int, reason: str = "") -> Award:
    """An owner gives the offer up; its capacity is free again. Refusals as for `accept`."""
    row = _answer(by, now, award, AwardState.DECLINED, reason)
    _release(by, now, [award])
    return row


def _answer(by: Actor, now: datetime, award: int, state: AwardState, reason: str = "") -> Award:
    row = queries.awards(by).filter(pk=award).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    rules.check_answerable(row.state, row.accept_by, now)
    changes = {"state": state, "answered_by": by.person, "answered_at": now, "ended_reason": reason.strip()[:500]}
    if not Award.objects.filter(pk=award, state=AwardState.OFFERED, accept_by__gt=now).update(**changes):
        raise Stale("award")
    journal.record(by=by, now=now, did=f"awards.{state}", kind="award", subject=award)
    return Award.objects.get(pk=award)


@action
def lapse(*, now: datetime, award: int) -> bool:
    """Lets an offer lapse whose deadline is over, and frees its capacity; False when it was answered first."""
    over = Award.objects.filter(pk=award, state=AwardState.OFFERED, accept_by__lte=now)
    if not over.update(state=AwardState.LAPSED):
        return False
    _release(WORKER, now, [award])
    journal.record(by=WORKER, now=now, did="awards.lapse", kind="award", subject=award)
    letters.tell(Award.objects.get(pk=award), "award_lapsed", now)
    return True


@action
def enter_force(*, by: Actor, now: datetime, award: int) -> None:
    """Puts an accepted award in force and grants its computing, line by line; for the agreement that both have signed.

    Stale when it is not accepted, or was put in force at the same moment.
    """
    changed = Award.objects.filter(pk=award, state=AwardState.ACCEPTED)
    if not changed.update(state=AwardState.IN_FORCE, in_force_at=now):
        raise Stale("award")
    split = queries.second_instalment(award) is not None
    for line in _lines([award]):
        halved = split and rules.in_halves(line.product.grain)
        _grant(by, now, line, rules.first_half(line.seconds) if halved else line.seconds)
    journal.record(by=by, now=now, did="awards.enter_force", kind="award", subject=award)
    letters.tell(Award.objects.get(pk=award), "award_in_force", now)


@action
def grant_rest(*, by: Actor, now: datetime, award: int) -> int:
    """Grants what entering into force left of the lines that are granted in two instalments; gives the seconds."""
    total = 0
    for line in _lines_of(AwardLine.objects.filter(award=award, added_on__isnull=True)):
        rest = line.seconds - rules.first_half(line.seconds) if rules.in_halves(line.product.grain) else 0
        if rest:
            _grant(by, now, line, rest, "/second")
            total += rest
    letters.tell(Award.objects.get(pk=award), "award_rest_granted", now)
    return total


def _grant(by: Actor, now: datetime, line: AwardLine, seconds: int, part: str = "") -> None:
    day, pool = now.astimezone(settings.MADANG_ZONE).date(), line.product.pool_id
    key, when = f"{line.award_id}/line/{line.pk}{part}", {"month": f"{day:%Y-%m}", "day": day}
    what = {"owner": queries.owner_of(line.award_id), "pool": pool, "amount": seconds}
    ledger.grant(by=by, now=now, source=SOURCE, key=key, **what, **when)


@action
def add(*, by: Actor, now: datetime, award: int, line: rules.Line) -> AwardLine:
    """Gives an award in force one more line of a product, for the supplement that two people granted.

    Its capacity is promised and its computing granted at once. Refusals as for `receive`.
    """
    added = receive(by=by, now=now, award=award, line=line)
    _grant(by, now, added, added.seconds)
    return added


@action
def receive(*, by: Actor, now: datetime, award: int, line: rules.Line, by_transfer: bool = False) -> AwardLine:
    """Gives an award in force one more line and promises its capacity, for the action that sees to its computing.

    Refused "capacity_exceeded"; Stale when the award is no longer in force.
    """
    if not Award.objects.filter(pk=award, state=AwardState.IN_FORCE).update(state=AwardState.IN_FORCE):
        raise Stale("award")
    row = _line(Award(pk=award), line)
    row.added_on, row.by_transfer = now.astimezone(settings.MADANG_ZONE).date(), by_transfer
    AwardLine.objects.bulk_create([row])
    (added,) = _lines_of(AwardLine.objects.filter(pk=row.pk))
    resources.commit_all(by=by, now=now, units=problems.promised(added))
    facts = {"line": added.pk, "product": added.product.code, "quantity": added.quantity, "by_transfer": by_transfer}
    journal.record(by=by, now=now, did="awards.add", kind="award", subject=award, **facts)
    return added


@action
def draft_end(*, by: Actor, now: datetime, award: int, comment: str) -> Approval:
    """Drafts the end of an award before its time; an approver carries it out. Refused "award_not_running" and more."""
    row = Award.objects.filter(pk=award).first()
    if row is None:
        raise Refused("not_found")
    if row.state != AwardState.IN_FORCE:
        raise Refused("award_not_running")
    if not comment.strip():
        raise Refused("award_reason_needed", field="comment")
    kind = ApprovalKind.END_AWARD
    return approvals.draft(by=by, now=now, kind=kind, subject=award, comment=comment, number=row.number)


@action
def end(*, by: Actor, now: datetime, award: int, comment: str, document_number: str) -> None:
    """The second person ends an award: what is left goes back, and the capacity of the months after this one too.

    Refusals as for `approvals.actions.approve`. Stale when the award is no longer in force.
    """
    kind = ApprovalKind.END_AWARD
    approval = approvals.approve(
        by=by, now=now, kind=kind, subject=award, comment=comment, document_number=document_number
    )
    end_early(by=by, now=now, award=award, reason=approval.draft_comment)


@action
def end_early(*, by: Actor, now: datetime, award: int, reason: str) -> None:
    """Ends an award before its time, for the action that a second person has approved. Stale when not in force."""
    _end(by, now, award, reason)
    _release(by, now, [award], _next_month(now))
    for pool, figures in balances.balances(queries.owner_of(award)).items():
        if figures.left:
            give_back(by=by, now=now, award=award, pool=pool, amount=figures.left)
    letters.tell_end(award, "award_ended", now)


def _end(by: Actor, now: datetime, award: int, reason: str) -> None:
    running = Award.objects.filter(pk=award, state=AwardState.IN_FORCE)
    if not running.update(state=AwardState.ENDED, ended_at=now, ended_reason=reason[:500]):
        raise Stale("award")
    journal.record(by=by, now=now, did="awards.end", kind="award", subject=award)


@action
def give_back(*, by: Actor, now: datetime, award: int, pool: int, amount: int) -> None:
    """Returns to the centre what an award that ended early has left."""
    key = f"{award}/returned/{pool}/{now.isoformat()}"
    owner = queries.owner_of(award)
    ledger.give_back(by=by, now=now, owner=owner, pool=pool, amount=amount, source=SOURCE, key=key)


@action
def free_promise(*, by: Actor, now: datetime, award: int, pool: int) -> int:
    """Frees what is promised to an award from the next month on beyond what it has left in a pool sold by the hour.

    For the action that took hours away; gives the unit-hours that came free.
    """
    rest = balances.balances(queries.owner_of(award))[pool]
    promised = problems.holdings(_lines([award]), _next_month(now))
    ahead = {month: units for (of, month), units in promised.items() if of == pool}
    freed = rules.beyond(ahead, -(-(rest.left + rest.held) // SECONDS_PER_HOUR))
    if freed:
        resources.release_all(by=by, now=now, units={(pool, month): units for month, units in freed.items()})
    for month, units in freed.items():
        row, _ = FreedPromise.objects.get_or_create(award_id=award, pool_id=pool, month=month)
        FreedPromise.objects.filter(pk=row.pk).update(units=F("units") + units)
    return sum(freed.values())


@action
def expire(*, now: datetime, award: int) -> bool:
    """Ends an award whose days are over; what is left lapses. False when it was ended first."""
    today = now.astimezone(settings.MADANG_ZONE).date()
    if not Award.objects.filter(pk=award, state=AwardState.IN_FORCE, ends_on__lte=today).exists():
        return False
    _end(WORKER, now, award, "")
    for pool in balances.balances(queries.owner_of(award)):
        let_lapse(now=now, award=award, pool=pool)
    letters.tell_end(award, "award_over", now)
    return True


@action
def let_lapse(*, now: datetime, award: int, pool: int) -> None:
    """Lets what is left of an award that is over expire."""
    key = f"{award}/expired/{pool}/{now.isoformat()}"
    ledger.expire(by=WORKER, now=now, owner=queries.owner_of(award), pool=pool, source=SOURCE, key=key)


@action
def note_reading(*, by: Actor, now: datetime, award: int, organisation: int | None = None) -> None:
    """Notes that staff or an auditor opened an organisation's award."""
    journal.read(by=by, now=now, what="view", kind="award", subject=award, organisation=organisation)


def note_search(*, by: Actor, now: datetime) -> None:
    """Notes that staff or an auditor looked through all awards."""
    journal.read(by=by, now=now, what="search", kind="award", subject="all")


@action
def tell_share(*, now: datetime, award: Award, pool: Pool, share: int, sums: Balances) -> None:
    """Writes to the award's owners that a share of what they were granted is used; once a month and share."""
    month = str(Month.of(now, settings.MADANG_ZONE))
    BudgetAlert.objects.create(award=award, pool=pool, month=month, share=share, told_at=now)
    hours = gpu_hours if pool.unit == "gpu" else core_hours
    facts: dict[str, Any] = {"share": share, "number": award.number, "title": award.title}
    for person in queries.owners_of({award.organisation_id})[award.organisation_id]:
        outbox.write(
            now=now,
            key=f"budget-{award.pk}-{pool.pk}-{month}-{share}-{person.pk}",
            code="award_share_used",
            person=person.pk,
            address=person.email,
            language=person.language,
            link=reverse("award", args=[award.number]),
            pool=getattr(pool, f"name_{person.language}"),
            left=hours(sums.left, person.language),
            until=day(award.ends_on - timedelta(days=1), person.language),
            **facts,
        )
    said = {"pool": pool.pk, "share": share}
    journal.record(by=WORKER, now=now, did="awards.tell_share", kind="award", subject=award.pk, **said)
