"""The plans of the benchmark's intakes by the portal's own solver, and what was decided on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casework import PRODUCT, File
from django.conf import settings
from programme import POOLS, Centre, IntakePlan
from storing import write

from madang.allocation.plan import Plan as AllocationPlan
from madang.allocation.policies import policy_json
from madang.portal.agreements.models import Agreement, Signature
from madang.portal.agreements.rules import Article, Figures, digest_of, text_of
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.rules import number_of, seconds_of
from madang.portal.decisions.models import Decision
from madang.portal.decisions.rules import verdicts
from madang.portal.plans import rules, solving
from madang.portal.plans.models import Plan
from madang.portal.plans.problems import request_id
from madang.portal.resources.models import PoolMonth
from madang.portal.reviews import scoring
from madang.values import Month, months_from

# About a third of what is asked for can be given, as in the rounds that the press reported.
GIVEN_PERMILLE = 350


@dataclass(frozen=True)
class Given:
    """One award: how much of what, until when, how far."""

    pk: int
    file: File
    number: str
    quantity: int
    seconds: int
    starts_on: date
    ends_on: date
    state: str


def candidates(rows: list[File], centre: Centre) -> Iterator[rules.Candidate]:
    """The applications of one intake as the portal would put them into a problem, with the portal's own scores."""
    scores = scoring.scores_in(rows[0].intake.pk)
    for row in rows:
        score = scores[row.pk].score
        yield rules.Candidate(
            id=request_id(row.intake.pk, row.pk),
            organisation=f"O-{row.organisation}",
            track="main",
            score=score.total_milli or 0,
            criteria={code: n or 0 for code, n in score.per_criterion_milli.items()},
            wishes=(row.wish,),
            attributes={"kind": centre.kinds[row.organisation - 1], "region": "seoul"},
        )


def problem(rows: list[File], centre: Centre) -> rules.Problem:
    """An intake's problem, its pools holding about a third of what is asked for in each month."""
    asked: dict[tuple[int, str], int] = defaultdict(int)
    for row in rows:
        for month in months_from(Month.parse(row.wish.first_month), row.wish.months):
            asked[PRODUCT[row.wish.product][1], str(month)] += _units(row.wish, row.wish.quantity)
    stocks = [
        rules.Stock(code, unit, {month: _stock(n) for (pool, month), n in asked.items() if pool == place})
        for place, (code, unit, _) in enumerate(POOLS, start=1)
    ]
    tracks = [rules.TrackRule("main", {"en": "Main track", "ko": "기본 분야"}, 60_000, ())]
    products = [_offered(code) for code in sorted({row.wish.product for row in rows})]
    return rules.problem_of(list(candidates(rows, centre)), products, [one for one in stocks if one.months], tracks)


def _stock(asked: int) -> tuple[int, int, int]:
    return asked, asked * GIVEN_PERMILLE // 1000, 0


def _offered(code: str) -> rules.Offered:
    _, pool, units, grain = PRODUCT[code]
    return rules.Offered(code, POOLS[pool - 1][0], units, grain == "hour")


def _units(wish: rules.Wish, quantity: int) -> int:
    return rules.pool_units(_offered(wish.product), quantity, wish.months)


def decided(centre: Centre, found: list[File]) -> list[Given]:
    """Solves every intake past review with the portal's own solver, and writes its plans, decisions and awards."""
    by_intake: dict[int, list[File]] = defaultdict(list)
    for row in found:
        by_intake[row.intake.pk].append(row)
    given: list[Given] = []
    for intake in centre.intakes:
        rows = by_intake[intake.pk]
        if intake.state == "in_review":
            for number, policy in enumerate(rules.POLICIES, start=1):
                _plan(centre, intake, rows, number, policy, "checked")
        if intake.state == "decided":
            answer = _plan(centre, intake, rows, 1, rules.PolicyChoice.RANK_SKIP, "adopted")
            given += _decisions(centre, intake, rows, answer, len(given))
    _capacity(given)
    return given


def _plan(
    centre: Centre, intake: IntakePlan, rows: list[File], number: int, policy: rules.PolicyChoice, state: str
) -> dict[str, object]:
    choice = policy_json(rules.POLICIES[policy])
    document = problem(rows, centre).to_json()
    answer = solving.answer({"problem": document, "policy": choice, "seed": 1})
    result = {name: value for name, value in answer["plan"].items() if name != "problem"}
    pseudonyms = {request_id(intake.pk, row.pk): row.pk for row in rows}
    solved = min(intake.decided, centre.now)
    columns = (
        "id intake number policy state problem problem_hash pseudonyms result faults reasons outline"
        " proposed_by proposed_at solved_at adopted_at"
    )
    pk = intake.pk * 10 + number
    row = (
        pk,
        intake.pk,
        number,
        choice,
        state,
        document,
        result["problem_hash"],
        pseudonyms,
        result,
        answer["faults"],
        answer["reasons"],
        answer["outline"],
        centre.staff["programme_manager"],
        solved,
        solved,
        solved if state == "adopted" else None,
    )
    write(Plan, columns, [row])
    columns = "kind subject state drafted_by drafted_at decided_by decided_at document_number"
    acts = [("adopt_plan", pk), ("publish_decisions", intake.pk)] if state == "adopted" else []
    staff = centre.staff
    write(
        Approval,
        columns,
        [
            (kind, subject, "approved", staff["programme_manager"], solved, staff["approver"], solved, f"P-{pk}")
            for kind, subject in acts
        ],
    )
    return {**answer, "pk": pk}


def _decisions(
    centre: Centre, intake: IntakePlan, rows: list[File], answer: dict[str, object], before: int
) -> list[Given]:
    plan = AllocationPlan.from_json(answer["plan"])
    found = verdicts(plan, answer["reasons"])
    names = {request_id(intake.pk, row.pk): row for row in rows}
    columns = (
        "application plan outcome score_milli reserve_place reason_code reason_facts"
        " rank among criteria_milli decided_at published_at"
    )
    order = (
        "outcome",
        "score_milli",
        "reserve_place",
        "reason_code",
        "reason_facts",
        "rank",
        "among",
        "criteria_milli",
    )
    values = []
    for name, verdict in found.items():
        written = verdict.columns()
        values.append((names[name].pk, answer["pk"], *(written[key] for key in order), intake.decided, intake.decided))
    write(Decision, columns, values)
    given = []
    for grant in plan.grants:
        row = names[grant.request]
        offered = _offered(row.wish.product)
        quantity = rules.from_units(offered, grant.quantities[0], row.wish.quantity, row.wish.months)
        number = number_of(intake.code, intake.number, len(given) + 1)
        given.append(_given(centre, row, before + len(given) + 1, number, quantity, offered))
    return given


def _given(centre: Centre, row: File, pk: int, number: str, quantity: int, offered: rules.Offered) -> Given:
    first, wish = row.intake.first_month, row.wish
    end = first.plus(wish.months)
    seconds = seconds_of(
        by_hour=offered.by_hour,
        quantity=quantity,
        units=offered.units,
        first_month=wish.first_month,
        months=wish.months,
        zone=centre.zone,
    )
    ends_on = date(end.year, end.number, 1)
    state = "ended" if end <= centre.month else "in_force"
    if row.intake.pk == 1_007:
        state = ("offered", "accepted")[pk % 2]
    return Given(pk, row, number, quantity, seconds, date(first.year, first.number, 1), ends_on, state)


def _capacity(given: list[Given]) -> None:
    """What the pools hold and what of it is promised, in every month that an award touches."""
    promised: dict[tuple[int, str], int] = defaultdict(int)
    for one in given:
        for month in months_from(Month.parse(one.file.wish.first_month), one.file.wish.months):
            promised[PRODUCT[one.file.wish.product][1], str(month)] += _units(one.file.wish, one.quantity)
    rows = ((pool, month, n * 3 // 2 + 200, n * 5 // 4 + 100, n) for (pool, month), n in sorted(promised.items()))
    write(PoolMonth, "pool month physical funded committed", rows)


def awards(centre: Centre, given: list[Given]) -> None:
    """The awards with their lines, agreements and both sides' signatures."""
    columns = (
        "id number application organisation plan title state accept_by answered_by answered_at"
        " starts_on ends_on in_force_at ended_at ended_reason created_at"
    )
    write(Award, columns, (_award(centre, one) for one in given))
    lines = (
        (
            one.pk,
            PRODUCT[one.file.wish.product][0],
            one.file.wish.quantity,
            one.quantity,
            one.file.wish.first_month,
            one.file.wish.months,
            one.seconds,
        )
        for one in given
    )
    write(AwardLine, "award product asked quantity first_month months seconds", lines)
    agreed = [one for one in given if one.state != "offered"]
    write(
        Agreement, "id award version text_ko text_en sha256 created_at in_force_at", (_agreement(one) for one in agreed)
    )
    signed = [one for one in agreed if one.state != "accepted"]
    approver = centre.staff["approver"]
    rows = (
        (one.pk, side, "click", person, _force(one), "0" * 64)
        for one in signed
        for side, person in (("user", one.file.organisation), ("body", approver))
    )
    write(Signature, "agreement side method person signed_at signed_sha256", rows)


def _force(one: Given) -> datetime:
    return one.file.intake.decided + timedelta(days=2)


def _award(centre: Centre, one: Given) -> tuple[object, ...]:
    row, begun = one.file, one.file.intake.decided
    answered = (None, None) if one.state == "offered" else (row.organisation, begun + timedelta(days=1))
    force = _force(one) if one.state in ("in_force", "ended") else None
    end = Month(one.ends_on.year, one.ends_on.month)
    ended = (centre.at(end, 1, 0), "term") if one.state == "ended" else (None, "")
    first = (one.pk, one.number, row.pk, row.organisation, row.intake.pk * 10 + 1, row.title, one.state)
    return (*first, begun + timedelta(days=14), *answered, one.starts_on, one.ends_on, force, *ended, begun)


def _agreement(one: Given) -> tuple[object, ...]:
    wish = one.file.wish
    _, pool, units, grain = PRODUCT[wish.product]
    code, unit, _ = POOLS[pool - 1]
    names = {"ko": wish.product, "en": wish.product}
    article = Article(
        product=names,
        pool={"ko": code, "en": code},
        unit=unit,
        quantity=one.quantity,
        units=units,
        by_hour=grain == "hour",
        first_month=wish.first_month,
        months=wish.months,
        seconds=one.seconds,
        price=None,
    )
    call = {"ko": one.file.intake.code, "en": one.file.intake.code}
    organisation = {"ko": f"기관 {one.file.organisation}", "en": f"Organisation {one.file.organisation}"}
    figures = Figures(
        number=one.number,
        version=1,
        centre=dict(settings.MADANG_CENTRE_NAME),
        organisation=organisation,
        registration_number="1000000000",
        title=one.file.title,
        call=call,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        lines=(article,),
    )
    korean, english = text_of(figures, "ko"), text_of(figures, "en")
    begun, force = one.file.intake.decided, _force(one) if one.state in ("in_force", "ended") else None
    return (one.pk, one.pk, 1, korean, english, digest_of(korean, english), begun, force)
