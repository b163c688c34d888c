"""What the table of access needs of recoveries, surcharges and bans: one of organisation A at each step."""

from __future__ import annotations

from datetime import date, timedelta

from factories import NOW, actor

from madang.portal.awards.models import Award
from madang.portal.billing.models import Statement, Support
from madang.portal.funding.models import FundingSource
from madang.portal.receipts.models import Receipt
from madang.portal.sanctions import actions, demands

TERMS = {
    "answer_days": 10, "appeal_days": 30, "pay_days": 30, "false_permille": 5000, "excess_permille": 3000,
    "other_permille": 2000, "ban_months": 60,
}  # fmt: skip
BEFORE = NOW - timedelta(days=20)


def make_sanctions(world, a) -> None:
    """Bans that are found, under notice, and to be decided; money that was decided, and appealed against."""
    manager, approver = actor(world.people["manager"]), actor(world.people["approver"])
    source, award = FundingSource.objects.get(code="city"), Award.objects.filter(organisation=a).earliest("pk")
    statement = Statement.objects.get(organisation=a, month="2026-02")
    pool = award.lines.first().product.pool
    Support.objects.create(statement=statement, award=award, pool=pool, source=source, year=2026, amount=1000)
    actions.set_terms(by=manager, now=BEFORE, starts_on=date(2021, 1, 1), document="Act", **TERMS)
    what = {
        "by": manager, "now": BEFORE, "organisation": a.pk, "ground": "other_use", "done_on": date(2026, 2, 1),
        "finding": "x", "evidence": "x",
    }  # fmt: skip
    money = {"award": award.pk, "source": source.pk, "year": 2026, "base": 500}
    found, noticed, over = (actions.find(act="ban", months=2, **what) for _ in range(3))
    paid, appealed = (actions.find(act=act, **money, **what) for act in ("recovery", "surcharge"))
    actions.notice(by=manager, now=NOW, sanction=noticed.pk)
    for row in (over, paid, appealed):
        actions.notice(by=manager, now=BEFORE, sanction=row.pk)
    for row in (paid, appealed):
        given = {"now": NOW - timedelta(days=5), "sanction": row.pk, "comment": "x"}
        actions.draft(by=manager, **given)
        actions.decide(by=approver, document_number="D", **given)
    actions.appeal(by=actor(world.people["owner"]), now=NOW, sanction=appealed.pk, text="x")
    receipt = Receipt.objects.get()
    match = demands.match(by=manager, now=NOW, receipt=receipt.pk, sanction=paid.pk, amount=10)
    world.places |= {
        "sanction": {"sanction": noticed.pk},
        "sanction-found": {"sanction": found.pk},
        "sanction-over": {"sanction": over.pk},
        "sanction-paid": {"sanction": paid.pk},
        "sanction-appealed": {"sanction": appealed.pk},
        "sanction-new": {"act": "ban", "organisation": a.pk},
        "demand-match-undo": {"pk": match.pk},
    }


def given_of_sanctions(places) -> dict[str, dict[str, object]]:
    """What stands in the paths of the operations that have to do with sanctions."""
    names = ("get_sanction", "answer_sanction", "reduce_sanction", "drop_sanction")
    return dict.fromkeys(names, places["sanction"]) | {
        "give_sanction_notice": places["sanction-found"],
        "draft_sanction": places["sanction-over"],
        "appeal_sanction": places["sanction-paid"],
        "draft_sanction_outcome": places["sanction-appealed"],
        "list_demand_money": places["sanction-paid"],
        "match_demand_money": places["sanction-paid"],
        "undo_demand_match": {"match": places["demand-match-undo"]["pk"]},
    }


def body_of_sanctions(places) -> dict[str, dict[str, object]]:
    """What is sent to them."""
    ban = {"act": "ban", "organisation": places["sanction-new"]["organisation"], "months": 1}
    return {
        "set_sanction_terms": {**TERMS, "starts_on": "2026-09-01", "document": "x"},
        "find_sanction": {
            **ban, "ground": "breach", "done_on": "2026-02-01", "finding": "x", "evidence": "x",
        },
        "answer_sanction": {"text": "x"},
        "reduce_sanction": {"figure": 1, "reason": "x"},
        "drop_sanction": {"reason": "x"},
        "draft_sanction": {"reason": "x"},
        "appeal_sanction": {"text": "x"},
        "draft_sanction_outcome": {"annul": True, "reason": "x"},
        "match_demand_money": {"receipt": places["receipt"]["pk"], "amount_won": 5},
        "undo_demand_match": {"reason": "x"},
    }  # fmt: skip
