"""All that a centre publishes, attacked together: nothing withheld is told within less than is promised.

A drawn centre decides intakes one after the other; on each day its files are taken down as a journalist would. Then
each withheld number is bounded by mixed-integer programming. See docs/disclosure.md for what is promised.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product

import factories as make
import pytest
from django.db import transaction
from factories import NOW
from portal.indicators import published
from portal.indicators.published import DIVISIONS, Known

from madang.portal.actors import Role
from madang.portal.applications.models import Ask
from madang.portal.decisions.models import Decision
from madang.portal.indicators import actions, rules, sources
from madang.portal.indicators.models import IntakeFigures
from madang.portal.people.models import Verdict
from madang.portal.plans import problems
from madang.portal.plans.rules import Candidate, Stock, Wish, problem_of
from madang.portal.sanctions import figures

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
LEAST, PERCENT = 5, 20
DAY = timedelta(days=1)
REGIONS = {"seoul": True, "gyeonggi": True, "busan": False, "gwangju": False, "jeju": False, "sejong": False}
LABELS = {
    "company": "Company", "university": "University", "research_institute": "Research institute",
    "public_body": "Public body", "micro": "Micro enterprise", "small": "Small enterprise",
    "information": "Information and communication (J)", "health": "Health and social work (Q)",
    "energy": "Energy, water and waste (D, E)", "none": "Not stated", "medium": "Medium-sized enterprise",
    "mid_sized": "Mid-sized enterprise", "large": "Large enterprise",
}  # fmt: skip


@dataclass
class Drawn:
    """A drawn centre and what was taken down of it: the table of demand before and after each intake's decisions."""

    draw: random.Random
    regions: dict = field(default_factory=dict)
    organisations: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    intakes: list = field(default_factory=list)  # (intake, plan)
    tellings: list = field(default_factory=list)  # of each intake, what each reading of the files told
    last: dict = field(default_factory=dict)
    awards: dict = field(default_factory=dict)  # the list of awards as last read
    named: list = field(default_factory=list)  # for each intake, who came onto that list with its decisions
    later: set = field(default_factory=set)  # who came onto it on another day
    contradictions: list = field(default_factory=list)

    def settle(self) -> None:
        """The places and organisations, as large calls have them: many in a few categories, few in many."""
        for code, capital in REGIONS.items():
            self.regions[code] = make.make_region(code=code, name_en=code, capital_area=capital)
        for _ in range(36):
            kind = self.draw.choices(["company", "university", "research_institute", "public_body"], [9, 4, 2, 1])[0]
            size = self.draw.choices(published.SIZES, [6, 8, 3, 1, 1])[0] if kind == "company" else "none"
            sector = self.draw.choices(published.SECTORS, [9, 5, 3, 2])[0] if kind == "company" else "none"
            region = self.regions[self.draw.choices(list(REGIONS), [9, 5, 3, 6, 1, 1])[0]]
            given = {"kind": kind, "size_class": size, "sector": sector, "region": region}
            row = make.make_organisation(name=f"O{len(self.organisations)}", **given)
            self.organisations.append((row, make.make_member(row)))
            if kind == "company" and self.draw.random() < 0.3:
                Verdict.objects.create(
                    organisation=row, attribute="young_firm", holds=True, evidence="x", valid_from=date(2020, 1, 1),
                    valid_until=date(2030, 1, 1), checked_by=make.make_staff(Role.SCREENING_OFFICER), checked_at=NOW,
                )  # fmt: skip

    def decide(self, call, number: int, applicants: int, rule: str, now) -> None:
        """An intake whose best fifth is awarded, with its plan and problem published; `rule`: what a rule goes by."""
        intake = make.make_intake(call, number=number)
        track = call.tracks.get()
        files = []
        for organisation, owner in self.draw.sample(self.organisations, applicants):
            for _ in range(self.draw.choices([1, 2], [9, 1])[0]):
                row = make.make_submitted(track, intake, state="eligible", organisation=organisation, created_by=owner)
                Ask.objects.filter(application=row).update(quantity=self.draw.choice([1, 1, 2, 4, 8, 16]))
                files.append(row)
        awarded = files[: len(files) // 5]
        plan = self._plan(intake, files, awarded, rule, now)
        for place, row in enumerate(files, start=1):
            given = {"outcome": "awarded"} if row in awarded else {"outcome": "reserve", "reserve_place": place}
            given |= {"reason_code": "x", "decided_at": now, "published_at": now}
            Decision.objects.create(application=row, plan=plan, **given)
            if row in awarded:
                make.make_award(row)
        self.intakes.append((intake, plan))

    def _plan(self, intake, files, awarded, rule, now):
        product = files[0].asks.get().product
        young = problems.young(files, intake.closes_at.date())
        candidates = [
            Candidate(
                id=problems.request_id(intake.pk, row.pk),
                organisation=f"O-{intake.pk}-{row.organisation_id}",
                track=row.track.code,
                score=70_000,
                criteria={},
                wishes=(Wish(product.code, row.asks.get().quantity, 1, "2026-05", 3),),
                attributes={
                    "kind": row.organisation.kind,
                    "region": row.organisation.region.code,
                    "outside_capital": "no" if row.organisation.region.capital_area else "yes",
                    "youth": "yes" if row.pk in young else "no",
                },
            )
            for row in files
        ]
        stock = Stock(product.pool.code, "gpu", {f"2026-0{n}": (9999, 9999, 0) for n in (5, 6, 7)})
        problem = problem_of(candidates, [problems.offered(product)], [stock], []).to_json()
        if rule:
            where = {"where": {rule: "yes"}, "thousandths": 100}
            problem["rules"] = [{"name": "r", "kind": "share_at_least", "sentence": {}, "params": where}]
        outcomes = {
            one.id: "whole" if row in awarded else "refused" for one, row in zip(candidates, files, strict=True)
        }
        result = {"policy": {"policy": "rank"}, "result": {"policy": {"policy": "rank"}, "outcomes": outcomes}}
        return make.make_plan(intake, state="adopted", adopted_at=now, problem=problem, **result)

    def take_down(self, client, now, call=None) -> None:
        """Works out and reads all that is published on a day; `call` is that of an intake decided on it."""
        actions.work_out(now=now)
        rows = published.demand(client)
        self.contradictions += published.otherwise(client)
        for code in ("", *(one.code for one in self.calls)):
            self.contradictions += published.page_says_more(client, rows, code, LABELS)
        awards = published.named(client)
        new = {name for number, name in awards.items() if number not in self.awards}
        self.awards = awards
        if call:
            self.tellings.append([published.told(self.last, rows, call.code)])
            self.named.append(new)
        else:
            self.later |= new
        self.last = rows

    def serve_reserve(self, client, now) -> int:
        """One of the first intake's reserve list comes to an award, as everybody can read."""
        row = Decision.objects.filter(application__intake=self.intakes[0][0], outcome="reserve").earliest("pk")
        Decision.objects.filter(pk=row.pk).update(outcome="awarded", reserve_place=None, decided_at=now)
        make.make_award(row.application)
        self.take_down(client, now)
        return row.application.organisation_id


def begun(seed: int) -> Drawn:
    """The places and organisations, and two calls for one product."""
    found = Drawn(random.Random(seed))
    found.settle()
    product = make.make_product()
    found.calls = [make.make_call(published_at=NOW) for _ in range(2)]
    for call in found.calls:
        make.make_track(call, products=[product])
    return found


def drawn_centre(client, seed: int, *goes_by: str) -> Drawn:
    """Two calls, of which the first has two intakes, decided on different days; taken down after each.

    `goes_by`: for each intake, the attribute of applicants that a rule goes by and its problem therefore shows, or "".
    """
    found = begun(seed)
    for place, (rule, size) in enumerate(zip(goes_by, ((0, 1, 32), (0, 2, 14), (1, 1, 26)), strict=True)):
        call, number, applicants = size
        found.decide(found.calls[call], number, applicants, rule, NOW + place * DAY)
        found.take_down(client, NOW + place * DAY, found.calls[call])
    return found


def faults(client, found: Drawn, later: frozenset[int] = frozenset()) -> list[tuple]:
    """What the attack pins down further than is promised, and what is shown that is small.

    `later`: organisations named after the decisions; each may narrow a withheld number by one contributor.
    """
    out: list[tuple] = [("contradiction", one) for one in found.contradictions]
    for (intake, plan), tellings, at_once in zip(found.intakes, found.tellings, found.named, strict=True):
        document = client.get(f"/plans/{plan.pk}.json").json()
        lines = sources.lines(intake.pk)
        known = {
            row.name: (
                f"O-{intake.pk}-{row.pk}",
                Known(row.kind, row.size_class, row.sector if row.kind == "company" else "", row.region.code),
            )
            for row, _ in found.organisations
        }
        selected = {line.organisation for line in lines if line.selected}
        named = dict(known[name] for name in at_once)
        since = dict(known[name] for name in found.later)
        applicants = published.applicants(document, named, since)
        attack = published.Attack(applicants, tellings, REGIONS)
        hidden = [line for line in lines if line.organisation not in selected - later]
        for division in DIVISIONS:
            out += _faults_of(attack, division, hidden, tellings, document, len(selected & later))
    return out


def _faults_of(attack, division, lines, tellings, document, later) -> list[tuple]:
    if division in document["problem"]["requests"][0]["attributes"]:
        return []
    held: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        if division not in ("size", "sector") or line.kind == "company":
            held[getattr(line, division)][line.organisation] += line.gpus
    out = []
    shown = {name for told in tellings for name, cell in told.cells[division].items() if cell}
    for category, amounts in sorted(held.items()):
        if category in shown:
            out += [("small is shown", division, category)] if len(amounts) < LEAST else []
            continue
        found = attack.bounds(division, category)
        (fewest, most), (low, high) = found["contributors"], found["gpus"]
        if any(division in told.held_back for told in tellings):
            # that a line is a young firm's, and so a company's, the problem tells by itself
            alone = published.Attack(attack.found, [], REGIONS).bounds(division, category)["contributors"][0]
            out += [("told of what is held back", division, category)] if fewest > alone else []
            continue
        if most - fewest < LEAST - 1 - later or most < LEAST - later:
            out.append(("contributors", division, category, fewest, most))
        if not later and (high - low) * 100 < PERCENT * sum(amounts.values()):
            out.append(("gpus", division, category, low, high))
    return out


def test_nothing_withheld_is_told_by_all_files_of_all_days_together(client):
    found = drawn_centre(client, 8, "", "outside_capital", "youth")
    divisions = [part for row in IntakeFigures.objects.all() for part in row.demand.values()]
    assert sum(cell is None for part in divisions if part for cell in part.values()) > 5
    assert faults(client, found) == []
    served = found.serve_reserve(client, NOW + 9 * DAY)
    del found.intakes[1:], found.tellings[1:], found.named[1:]
    assert faults(client, found, frozenset({served})) == []


def test_a_year_of_sanctions_that_is_withheld_leaves_each_number_open():
    """Of all years with up to ten organisations behind each number, those that read the same as one another."""
    worlds: dict[tuple, list[tuple]] = defaultdict(list)
    for numbers in product(range(2 * LEAST + 1), repeat=3):
        acts = dict(zip(figures.COLUMNS, map(range, numbers), strict=True))
        worlds[tuple(figures.counted(acts, LEAST).values())].append(numbers)
    for shown, agreeing in worlds.items():
        for place, cell in enumerate(shown):
            possible = {numbers[place] for numbers in agreeing}
            assert possible == {cell} if cell is not None else possible == set(range(2 * LEAST + 1))
            assert cell is None or not 0 < cell < LEAST


@pytest.mark.soak
@pytest.mark.parametrize("goes_by", [("", "", ""), ("outside_capital", "youth", ""), ("youth", "kind", "region")])
@pytest.mark.parametrize("seed", range(30))
def test_nothing_withheld_is_told_in_any_drawn_centre(client, seed, goes_by):
    assert faults(client, drawn_centre(client, seed, *goes_by)) == []


def small_alone(lines, protection):
    return frozenset(one for one in lines if 0 < len(lines[one]) < LEAST)


def small_and_largest(lines, protection):
    return small_alone(lines, protection) | {max(lines, key=lambda one: len(lines[one]))}


def test_the_attack_sees_through_too_little_withheld_and_through_two_releases(client, monkeypatch):
    """Small cells alone; and two releases, each protected, of which one shows what the other withholds beside them."""
    found, told = begun(8), {}
    found.decide(found.calls[0], 1, 32, "", NOW)
    for hide in (rules.withheld, small_alone, small_and_largest):
        monkeypatch.setattr(rules, "withheld", hide)
        point = transaction.savepoint()  # a release stays as it is, so each of them is the only one
        found.take_down(client, NOW, found.calls[0])
        told[hide] = found.tellings.pop()
        names = found.named.pop()
        found.last, found.awards = {}, {}
        transaction.savepoint_rollback(point)
    seen, found.named = {}, [names]
    for hide, tellings in told.items():
        found.tellings = [tellings]
        seen[hide] = {fault[0] for fault in faults(client, found)}
    protected, alone, otherwise = told
    assert (seen[protected], seen[otherwise]) == (set(), set())
    assert "contributors" in seen[alone]
    found.tellings = [[*told[protected], *told[otherwise]]]
    assert "contributors" in {fault[0] for fault in faults(client, found)}
