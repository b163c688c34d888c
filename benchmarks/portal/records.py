"""The benchmark's sealed journal of 100,000 entries, readings, mails and the public figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from programme import MEMBERS, ORGANISATIONS, Centre
from storing import write

from madang.portal.indicators import actions as indicators
from madang.portal.journal import actions as sealing
from madang.portal.journal.models import JournalEntry, JournalHead, JournalSeal, Reading
from madang.portal.journal.queries import last_seal
from madang.portal.journal.rules import FIRST_HASH, Entry, chain_hash
from madang.portal.outbox.models import Message

ENTRIES, READINGS, MESSAGES = 100_000, 60_000, 60_000
DEEDS = (
    ("applications.save", "application", 22_000),
    ("applications.submit", "application", 22_000),
    ("screening.screen", "application", 22_000),
    ("reviews.submit", "assignment", 46_000),
    ("awards.accept", "award", 7_000),
    ("agreements.sign", "agreement", 7_000),
    ("jobs.submit", "job", 40_000),
    ("billing.work_out", "statement", 14_000),
    ("people.sign_in", "person", 3_000),
)


def journal(centre: Centre) -> None:
    """Entries over fourteen months, each sealed in one chain, a head a day."""
    sealing.seal(now=centre.now)
    head = last_seal()
    before, previous = (head.number, head.hash) if head else (0, FIRST_HASH)
    entries = list(_entries(centre, JournalEntry.objects.count()))
    columns = "id action actor via subject_kind subject facts address_digest happened_at written_at"
    order = columns.split()
    write(JournalEntry, columns, ([getattr(one, name) for name in order] for one in entries))
    seals, heads = [], {}
    for number, one in enumerate(entries, start=before + 1):
        digest = chain_hash(number, previous, one)
        seals.append((number, one.id, previous, digest, one.written_at))
        heads[one.written_at.astimezone(centre.zone).date()] = (number, digest, one.written_at)
        previous = digest
    write(JournalSeal, "number entry previous_hash hash sealed_at", seals)
    write(JournalHead, "day number hash published_at", [(day, *head) for day, head in heads.items()])


def _entries(centre: Centre, before: int) -> Iterator[Entry]:
    rng, begun = centre.rng, centre.at(centre.month.plus(-14), 1)
    step = (centre.now - begun) / ENTRIES
    for pk in range(1, ENTRIES + 1):
        did, kind, most = rng.choice(DEEDS)
        when = _whole(begun + step * pk)
        facts: dict[str, Any] = {"version": rng.randint(1, 9), "digest": f"{rng.getrandbits(128):032x}"}
        who = rng.randint(1, ORGANISATIONS + MEMBERS)
        yield Entry(before + pk, did, who, "page", kind, str(rng.randint(1, most)), facts, f"{who:064x}", when, when)


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def readings(centre: Centre) -> None:
    """Who of the staff opened whose application or statement."""
    rng, begun = centre.rng, centre.at(centre.month.plus(-14), 1)
    staff = sorted(centre.staff.values())
    rows = (
        (
            rng.choice(staff),
            "view",
            "application",
            str(rng.randint(1, 22_000)),
            rng.randint(1, ORGANISATIONS),
            begun + timedelta(seconds=n * 500),
        )
        for n in range(READINGS)
    )
    write(Reading, "reader what subject_kind subject whose read_at", rows)


def messages(centre: Centre) -> None:
    """A year's mails, nearly all sent."""
    rng, begun = centre.rng, centre.at(centre.month.plus(-14), 1)
    rows = []
    for n in range(MESSAGES):
        when, who = begun + timedelta(seconds=n * 500), rng.randint(1, ORGANISATIONS)
        state = "waiting" if n >= MESSAGES - 40 else "failed" if n % 2_000 == 0 else "sent"
        rows.append(
            (
                f"mail-{n}",
                who,
                f"person{who}@bench.example",
                "ko",
                "receipt",
                "신청이 접수되었습니다",
                "접수되었습니다. " * 20,
                state,
                when,
                when,
                when if state == "sent" else None,
            )
        )
    write(Message, "key person address language code subject body state next_try_at written_at sent_at", rows)


def public_figures(centre: Centre) -> None:
    """The figures, worked out by the portal itself."""
    indicators.work_out(now=centre.now)
