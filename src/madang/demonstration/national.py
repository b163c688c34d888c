"""The national round of spring 2026: drawn applicants taken through the whole round."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings

from madang.cli.language import N_
from madang.demonstration import cast as casting
from madang.demonstration import draw, names, press, published, rounds
from madang.demonstration.cast import Cast
from madang.demonstration.progress import Progress
from madang.portal.agreements import actions as agreements
from madang.portal.applications.rules import AskLine
from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award
from madang.portal.calls import chores as calls_chores
from madang.portal.calls.models import Call, Intake
from madang.portal.drafts.rules import IntakeDraft
from madang.portal.indicators import actions as indicators
from madang.portal.organisations import actions as organisations
from madang.portal.people.models import Organisation, Region
from madang.portal.people.rules import Attribute, OrganisationKind, Sector, SizeClass
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import Reviewer
from madang.portal.suggestions import actions as suggestions
from madang.portal.suggestions import queries as bidding
from madang.portal.suggestions.rules import Wish
from madang.portal.transactions import together

REVIEWERS = 120
# Every third expert knows one kind of server, the next the other, and the next says nothing.
FIELDS: list[list[str]] = [["h200"], ["b200"], []]
BIDDERS, BIDS_EACH = 12, 24
SOURCE = "Newsis NISX20260303_0003532105"


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """An instant in the centre's own time."""
    return datetime(year, month, day, hour, tzinfo=settings.MADANG_ZONE)


ANNOUNCED, CLOSES = (2025, 12, 22, 10), (2026, 1, 28, 15)


def build(cast: Cast, progress: Progress) -> Call:
    """Everything from the announcement to the answers of those who were awarded; gives the call."""
    call = _publish(cast)
    intake, draws = call.intakes.get(), random.Random(draw.SEED)
    firms, drawn = draw.round_of_spring_2026(published.POINTS, published.REVIEWS_EACH)
    calls_chores.move_intakes(at(*ANNOUNCED))
    with progress.step(N_("Registering the applicants of the spring round")), together():
        rows = [_register(firm, serial, draws) for serial, firm in enumerate(firms)]
        _verdicts(cast, firms, rows)
    with progress.step(N_("Handing in {count} applications"), count=len(drawn)), together():
        marks = _applications(call, intake, rows, drawn, draws, progress)
    with progress.step(N_("Screening and reviewing them")), together():
        rounds.screen_all(cast, intake, at(2026, 1, 30))
        _reviewers(cast, draws)
        _wishes(cast, intake)
        rounds.review_all(cast, intake, marks, at(2026, 2, 2), lambda n, m: progress.count(N_("Reviewing"), n, m))
    written = rounds.write_policies(cast, intake, at(2026, 2, 26))
    with progress.step(N_("Solving the allocation under {count} policies"), count=len(written)):
        plans = rounds.solve(cast, intake, written, at(2026, 2, 27))
    with progress.step(N_("Adopting a plan and publishing the decisions")), together():
        rounds.decide(cast, intake, plans[-1], at(2026, 3, 3), "AI컴퓨팅-2026-031")
        _answers()
        _report(cast, call)
    return call


def _publish(cast: Cast) -> Call:
    dates = IntakeDraft(at(*ANNOUNCED), at(*CLOSES), at(2026, 2, 20, 18), at(2026, 3, 3, 18))
    draft = published.spring_2026(dates)
    drafted = at(2025, 12, 19)
    return published.publish(cast, draft, drafted=drafted, now=at(2025, 12, 21), document="AI컴퓨팅-2025-118")


def _register(firm: draw.Applicant, serial: int, draws: random.Random) -> tuple[int, Organisation]:
    """The person who founds the organisation here, and the organisation."""
    now = at(2025, 12, 22) + timedelta(minutes=serial)
    person = casting.generated_person("신청", serial + 1, now, draws)
    region = Region.objects.get(code=firm.region)
    row = organisations.create_organisation(
        by=rounds.actor(person),
        now=now,
        name=firm.named.korean,
        name_en=firm.named.english,
        kind=OrganisationKind(firm.kind),
        registration_number=firm.named.registration_number,
        founded_on=date(firm.founded_year, draws.randint(1, 12), draws.randint(1, 28)),
        region=region.pk,
        size_class=SizeClass(firm.size_class),
        sector=Sector(_sector(firm)),
    )
    return person, row


def _sector(firm: draw.Applicant) -> str:
    """By the trade in its name; "none" for who is no company."""
    trades = (word for word in names.SECTORS if word in firm.named.english) if firm.kind == "company" else ()
    return next((names.SECTORS[word] for word in trades), "none")


def _verdicts(cast: Cast, firms: list[draw.Applicant], rows: list[tuple[int, Organisation]]) -> None:
    for firm, (_, organisation) in zip(firms, rows, strict=True):
        if firm.young:
            organisations.record_verdict(
                by=cast.actor("screening"),
                now=at(2026, 1, 5),
                organisation=organisation.pk,
                attribute=Attribute.YOUNG_FIRM,
                holds=True,
                evidence="시연용으로 만든 확인 (generated)",
                valid_from=date(2026, 1, 1),
                valid_until=date(2027, 1, 1),
            )


def _applications(
    call: Call,
    intake: Intake,
    rows: list[tuple[int, Organisation]],
    drawn: list[draw.Drawn],
    draws: random.Random,
    progress: Progress,
) -> dict[int, tuple[tuple[int, ...], ...]]:
    """Hands all of them in, a third on the last day; gives each application's marks."""
    tracks = {track.code: track for track in call.tracks.all()}
    texts = {code: list(track.consents.values_list("text", flat=True)) for code, track in tracks.items()}
    marks = {}
    for done, one in enumerate(drawn, start=1):
        person, organisation = rows[one.applicant]
        entry = rounds.Entry(
            person=person,
            organisation=organisation.pk,
            at=_handed_in(draws),
            title=f"{one.title} {done:03d}",
            texts={
                "purpose": f"{one.field} 분야의 과제입니다. 시연을 위하여 만든 글입니다.",
                "plan": f"{one.product.upper()} 서버 {one.servers}대를 {one.months}개월 동안 사용합니다. 시연용 글입니다.",
            },
            ask=AskLine(f"{one.product}x8", one.servers, one.least, "2026-04", one.months),
            marks=one.marks,
        )
        marks[rounds.apply(tracks[one.product], intake, entry, texts[one.product])] = one.marks
        progress.count(N_("Handing in"), done, len(drawn))
    return marks


def _handed_in(draws: random.Random) -> datetime:
    closes = at(*CLOSES)
    if draws.random() < 1 / 3:
        return closes - timedelta(seconds=draws.randint(60, 86_400))
    return closes - timedelta(seconds=draws.randint(86_400, 34 * 86_400))


def _reviewers(cast: Cast, draws: random.Random) -> None:
    """The expert pool: generated persons, and the one whom a log-in is printed for."""
    manager, now = cast.actor("manager"), at(2026, 1, 29)
    reviews.add_reviewer(
        by=manager, now=now, email=f"reviewer@{casting.DOMAIN}", affiliation="한너울대학교(가상)", load_limit=40,
        fields=["h200"],
    )  # fmt: skip
    for serial in range(1, REVIEWERS):
        casting.generated_person("평가", serial, now, draws)
        email = f"generated-reviewer-{serial:04d}@{casting.DOMAIN}"
        given = {"affiliation": f"{serial}번 연구원(가상)", "load_limit": 40, "fields": FIELDS[serial % len(FIELDS)]}
        reviews.add_reviewer(by=manager, now=now, email=email, **given)


def _wishes(cast: Cast, intake: Intake) -> None:
    """Some of the experts say what they would like, and two are kept apart; drawn, like everything about them."""
    manager, now, draws = cast.actor("manager"), at(2026, 1, 30, 14), random.Random(draw.SEED + 3)
    pool = list(Reviewer.objects.order_by("pk"))
    suggestions.keep_apart(by=manager, now=now, one=pool[1].pk, other=pool[2].pk, reason="시연용 사유 (generated)")
    suggestions.open_bids(by=manager, now=now, intake=intake.pk, until=at(2026, 2, 2, 9))
    for reviewer in pool[:BIDDERS]:
        by = rounds.member(reviewer.person_id)
        found = bidding.bidding(by, now, intake.pk)
        files = [file.pk for file, _ in found.files] if found else []
        chosen = draws.sample(files, min(BIDS_EACH, len(files)))
        wishes = {file: draws.choice(list(Wish)) for file in chosen}
        suggestions.bid(by=by, now=now + timedelta(hours=1), intake=intake.pk, wishes=wishes)


def _answers() -> None:
    """Every winner answers in time: all but each twentieth accept. Their capacity stays promised."""
    for place, award in enumerate(Award.objects.filter(state="offered").select_related("application").order_by("pk")):
        owner = rounds.actor(award.application.created_by_id)
        if place % 20 == 19:
            awards.decline(by=owner, now=at(2026, 3, 5), award=award.pk, reason="시연용 포기 (generated)")
        else:
            agreements.accept(by=owner, now=at(2026, 3, 5), award=award.pk)


def _report(cast: Cast, call: Call) -> None:
    """What the press reported of this round, to stand beside what was worked out here."""
    rows: Counter[tuple[str, str]] = Counter({("awards", ""): press.PROJECTS_AWARDED})
    rows["applications", ""] = press.APPLICATIONS
    rows["gpus_asked", ""] = press.SERVERS_ASKED * press.GPUS_PER_SERVER
    rows["gpus_asked", "university"] = press.ACADEMIA_GPUS_ASKED
    rows["gpus_given", ""] = press.SERVERS_GIVEN * press.GPUS_PER_SERVER
    for kind, gpus in press.GPUS_AWARDED.items():
        rows["gpus_given", kind] = gpus
    for (measure, kind), number in rows.items():
        indicators.report(
            by=cast.actor("manager"),
            now=at(2026, 3, 4),
            call=call.pk,
            measure=measure,
            kind=kind,
            number=number,
            source=SOURCE,
            reported_on=date(2026, 3, 3),
        )
