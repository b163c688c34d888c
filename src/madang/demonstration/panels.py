"""Two small calls in review today: one blind and scored alone before together, one whose applicants review each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from statistics import median_low

from django.conf import settings

from madang.demonstration import cast as casting
from madang.demonstration import draw, names, published, rounds
from madang.demonstration.cast import Cast
from madang.demonstration.wages import PAPER
from madang.portal.applications.models import Application
from madang.portal.applications.rules import AskLine
from madang.portal.bonuses import actions as bonuses
from madang.portal.calls import chores as calls_chores
from madang.portal.calls.models import Intake
from madang.portal.consensus import actions as consensus
from madang.portal.drafts.rules import CallDraft, IntakeDraft
from madang.portal.exchanges import actions as exchanges
from madang.portal.exchanges import proposing
from madang.portal.exchanges.models import PeerEntry, PeerExchange
from madang.portal.files.actions import store
from madang.portal.files.rules import ATTACHMENTS
from madang.portal.organisations import actions as organisations
from madang.portal.people.models import Organisation, Region
from madang.portal.people.rules import OrganisationKind, SizeClass
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import ReviewAssignment, Reviewer, ReviewersApart
from madang.portal.transactions import together
from madang.values import Month

Day = Callable[[int, int], datetime]
Marks = tuple[tuple[int, ...], ...]
AGREEING, PEERS = 6, 8
# serials of their own, between those of the trial call and those of the pipeline
FIRST_SERIAL = 951
REGIONS = ("seoul", "daejeon", "jeonnam-gwangju")
# what each of the first applications claims, and what the officer says: True, False, or None for not yet
CLAIMS: list[dict[str, bool | None]] = [
    {"venture": True, "young-staff": True},
    {"venture": True},
    {"young-staff": False},
    {"venture": None},
]
CONFIRMED = "확인서의 발급기관과 유효기간을 확인했습니다. (시연용) · Issuer and period checked. (Demonstration)"
DECLINED = "확인서의 유효기간이 지났습니다. (시연용) · The certificate had expired. (Demonstration)"
TOGETHER = "세 사람의 점수를 견주어 가운데 점수로 합의합니다. (시연용) · The middle of the three. (Demonstration)"
OBJECTION = "실현 가능성을 더 낮게 보았습니다. (시연용) · Feasibility looks lower to me. (Demonstration)"
FULL = (
    "목적이 분명하고 자원 사용계획이 달마다 구체적으로 적혀 있습니다. 데이터 확보 방법과 검증 절차도 알 수 있습니다. "
    "다만 목표 성능의 근거를 더 밝히면 좋겠습니다. 시연을 위하여 만든 의견입니다. · Clear in purpose and concrete about "
    "what is used each month; the grounds for the performance aimed at could be clearer. Made for the demonstration."
)
SHORT = "좋습니다. · Good."


def build(cast: Cast, now: datetime) -> None:
    """Both calls, through every step that has been taken until today; never inside a transaction."""
    draws, serials = random.Random(draw.SEED + 6), count(FIRST_SERIAL)
    month = Month.of(now, settings.MADANG_ZONE).plus(2)

    def day(days: int, hour: int = 10) -> datetime:
        return rounds.day(now, days, hour)

    paper = store(now=day(-27), name="generated.pdf", allowed=ATTACHMENTS, upload_chunks=[PAPER]).pk
    with together():
        intake = _publish(cast, published.blind_consensus, (-30, -16, 5, 14), month, day, document="AI컴퓨팅-2026-240")
        papers = [dict.fromkeys(one, paper) for one in CLAIMS] + [{}] * (AGREEING - len(CLAIMS))
        marks = _hand_in(intake, papers, month, day(-27), serials, draws)
        rounds.screen_all(cast, intake, day(-15))
        _judge(cast, list(marks), day(-14))
        _agree(cast, intake, marks, day)
    with together():
        intake = _publish(cast, published.peer_exchange, (-40, -28, -4, 12), month, day, document="AI컴퓨팅-2026-241")
        _hand_in(intake, [{}] * PEERS, month, day(-37), serials, draws)
        rounds.screen_all(cast, intake, day(-26))
    # a process of its own arranges who reviews whom
    row = proposing.propose(
        by=cast.actor("manager"), now=day(-25), intake=intake.pk, track=intake.call.tracks.get().code
    )
    with together():
        _exchange(cast, row, draws, day)


def _publish(
    cast: Cast,
    make: Callable[[IntakeDraft, Month], CallDraft],
    days: tuple[int, int, int, int],
    month: Month,
    day: Day,
    *,
    document: str,
) -> Intake:
    dates = IntakeDraft(day(days[0], 9), *(day(one, 18) for one in days[1:]))
    drafted, at = day(days[0] - 2, 10), day(days[0] - 1, 10)
    call = published.publish(cast, make(dates, month), drafted=drafted, now=at, document=document)
    calls_chores.move_intakes(dates.opens_at)
    return call.intakes.select_related("call").get()


def _hand_in(
    intake: Intake,
    papers: list[dict[str, int]],
    month: Month,
    at: datetime,
    serials: count[int],
    draws: random.Random,
) -> dict[int, Marks]:
    """A new firm with its owner for each application; gives each application's marks."""
    track = intake.call.tracks.get()
    texts = list(track.consents.values_list("text", flat=True))
    found = {}
    for given in papers:
        person, firm = _firm(next(serials), at - timedelta(days=1), draws)
        title, field = names.project(draws)
        drawn = draw.marks(published.POINTS, published.REVIEWS_EACH, draws)
        sections = {
            "purpose": f"{field} 분야의 시연용 과제입니다.",
            "plan": "달마다 고르게 사용합니다. 시연용 글입니다.",
        }
        ask = AskLine("h100x1", 1, 1, str(month), 3)
        entry = rounds.Entry(person, firm.pk, at, title, sections, ask, drawn, given)
        found[rounds.apply(track, intake, entry, texts)] = drawn
    return found


def _firm(serial: int, now: datetime, draws: random.Random) -> tuple[int, Organisation]:
    named = names.organisation("company", serial, draws)
    email = f"generated-applicant-{serial:04d}@{casting.DOMAIN}"
    person = casting.register(now=now, name=names.person("신청", serial, draws), email=email)
    row = organisations.create_organisation(
        by=rounds.actor(person),
        now=now,
        name=named.korean,
        name_en=named.english,
        kind=OrganisationKind.COMPANY,
        registration_number=named.registration_number,
        founded_on=date(draws.randint(2015, 2024), draws.randint(1, 12), draws.randint(1, 28)),
        region=Region.objects.get(code=draws.choice(REGIONS)).pk,
        size_class=SizeClass.SMALL,
    )
    return person, row


def _judge(cast: Cast, files: list[int], now: datetime) -> None:
    for file, claims in zip(files, CLAIMS, strict=False):
        for bonus, holds in claims.items():
            if holds is not None:
                said = {"confirmed": holds, "reason": CONFIRMED if holds else DECLINED}
                bonuses.judge(by=cast.actor("screening"), now=now, application=file, bonus=bonus, **said)


def _agree(cast: Cast, intake: Intake, marks: dict[int, Marks], day: Day) -> None:
    """Scored alone by three experts; all but the last two agreed on, one of them objected to and one to be written."""
    by = cast.actor("manager")
    pool = Reviewer.objects.filter(active=True, expert=True).exclude(pk__in=ReviewersApart.objects.values("one"))
    panel = list(pool.order_by("pk")[: published.REVIEWS_EACH])
    chosen = {file: [one.pk for one in panel] for file in marks}
    reviews.assign(by=by, now=day(-14, 11), intake=intake.pk, chosen=chosen, due_at=intake.review_due_at)
    rounds.mark(intake, marks, day(-10, 10), lambda done, of: None)
    leads = rounds.actor(panel[0].person_id)
    for file in marks:
        consensus.appoint(by=by, now=day(-9, 10), application=file, moderator=panel[0].pk)
    *agreed, objected, _ = marks
    for file in (*agreed, objected):
        middle = _points([median_low(given) for given in zip(*marks[file], strict=True)])
        sheet = {"points": middle, "comment": TOGETHER}
        version = Application.objects.values_list("consensus__version", flat=True).get(pk=file)
        consensus.send(by=leads, now=day(-8, 10), application=file, version=version, **sheet)
        for one in panel[1:]:
            fine = file != objected or one is not panel[-1]
            said = {"agrees": fine, "reason": "" if fine else OBJECTION}
            who = rounds.actor(one.person_id)
            consensus.answer(by=who, now=day(-7, 10), application=file, number=1, **said)


def _points(given: Sequence[int]) -> dict[str, int]:
    return {one.code: points for one, points in zip(published.CRITERIA, given, strict=True)}


def _exchange(cast: Cast, row: PeerExchange, draws: random.Random, day: Day) -> None:
    """All hand in but one, who loses the application after two reminders; another gives no reasons, and is flagged."""
    by = cast.actor("manager")
    exchanges.confirm(by=by, now=day(-24, 10), exchange=row.pk, basis=row.basis_sha256, due_at=day(-10, 18))
    entries = list(PeerEntry.objects.filter(exchange=row).select_related("reviewer").order_by("application"))
    late, terse = entries[-1], entries[0]
    for entry in entries:
        sheets = ReviewAssignment.objects.filter(reviewer=entry.reviewer).order_by("pk")
        for sheet in sheets[1:] if entry is late else sheets:
            (given,) = draw.marks(published.POINTS, 1, draws)
            said = {"points": _points(given), "comment": SHORT if entry is terse else FULL}
            who = rounds.actor(entry.reviewer.person_id)
            reviews.submit(by=who, now=day(-18, 10), assignment=sheet.pk, version=sheet.version, **said)
    for days in (-13, -11):
        exchanges.remind(by=by, now=day(days, 10), exchange=row.pk)
    exchanges.forfeit(by=by, now=day(-6, 10), application=late.application_id)
