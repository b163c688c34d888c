"""What the table of access needs of transfers: a rate, one that waits for a decision, and an award that can ask."""

from __future__ import annotations

from factories import NOW, actor, make_pool, make_pool_month, make_product

from madang.portal.transfers import actions
from madang.portal.transfers.models import Transfer

HOUR = 3600


def make_transfers(world, a, award_of) -> None:
    """Two awards of A: of one a transfer waits, and of one hours could be transferred."""
    source, target = (make_product(make_pool(grain="hour"), units=1, grain="hour") for _ in range(2))
    for month in range(3, 8):
        make_pool_month(target.pool, f"2026-{month:02}", physical=900, funded=900)
    words = {"name_ko": "전환", "name_en": "Exchange", "sentence_ko": "100당 62", "sentence_en": "62 for 100."}
    what = {"pool": source.pool.code, "product": target.code, "gives": 100, "gets": 62, "needs_approval": True}
    manager, day = actor(world.people["manager"]), NOW.date()
    rate = actions.create_rate(by=manager, now=NOW, code="swap", starts_on=day, **words, **what)
    rows = [award_of(a, world.people["owner"], source, NOW) for _ in range(2)]
    given = {"pool": source.pool, "product": target, "given": 100 * HOUR, "quantity": 62, "got": 62 * HOUR}
    given |= {"rate": rate, "asked_by": world.people["owner"], "asked_at": NOW, "reasons": "x"}
    waits = Transfer.objects.create(award=rows[0], **given)
    world.places |= {
        "transfer": {"transfer": waits.pk},
        "transfer-new": {"number": rows[1].number},
        "transfer-rate-end": {"code": rate.code},
        "transfers-file": {"kind": "csv"},
        "transfer-pools": {"pool": target.pool.code, "product": source.code},
    }


def given_of_transfers(places) -> dict[str, dict[str, object]]:
    """What stands in the paths of their operations."""
    names = ("get_transfer", "approve_transfer", "refuse_transfer", "withdraw_transfer")
    found = dict.fromkeys(names, places["transfer"])
    found |= dict.fromkeys(("ask_transfer", "preview_transfer"), places["transfer-new"])
    return found | {"end_transfer_rate": places["transfer-rate-end"]}


def body_of_transfers(places) -> dict[str, dict[str, object]]:
    """What is sent to them."""
    rate = {"code": "other", "name_ko": "x", "name_en": "x", "sentence_ko": "x", "sentence_en": "x", "gives": 3}
    rate |= {"gets": 1, "starts_on": "2026-09-01", **places["transfer-pools"]}
    way = {"way": "swap", "hours": 100, "reasons": "x"}
    return {
        "create_transfer_rate": rate,
        "end_transfer_rate": {"ends_on": "2026-09-01"},
        "ask_transfer": way,
        "preview_transfer": way,
        "approve_transfer": {"reason": "x"},
        "refuse_transfer": {"reason": "x"},
    }
