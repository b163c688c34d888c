"""Drawn months and years of charges, energy, outcomes, aid and coursework, stored as a centre has them.

Each month and each year is a world of its own: how many stand behind a number, and whether one has nearly all of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import factories as make
from factories import NOW
from portal.learners.academy import keeper, make_cohort

from madang.portal.aids.models import AidList, AidPayment
from madang.portal.approvals.models import Approval
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.courses.models import Cohort
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.energy.models import MeasuredUse
from madang.portal.funding.models import FiscalYear, FundingSource
from madang.portal.indicators.models import DayUse
from madang.portal.learners.models import Learner
from madang.portal.ledger.models import AccountingMonth
from madang.portal.outcomes.models import OutcomeDuty, OutcomeItem, OutcomeReport
from madang.portal.outcomes.rules import OutcomeKind
from madang.portal.people.models import Person
from madang.portal.screening.models import OwedReport

CONTRIBUTORS, PIECES, SECONDS = 9, 3, 7200
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
YEARS = list(range(2015, 2025))

# of each place (a month or a year): what each possible contributor gave; nothing where none
Amounts = dict[object, list[int]]


@dataclass
class DrawnSums:
    """Who could stand behind the numbers, and what they really gave, by figure."""

    draw: random.Random
    awards: list = field(default_factory=list)
    learners: list = field(default_factory=list)
    amounts: dict[str, Amounts] = field(default_factory=dict)

    def some(self, places: Iterable[object], most: int) -> Amounts:
        """A few or many contributors, alike, or one that has nearly all."""
        return {place: self._some(most) for place in places}

    def _some(self, most: int) -> list[int]:
        count = self.draw.choice([0, 1, 2, 4, 5, 6, CONTRIBUTORS])
        found = [self.draw.randint(1, most) for _ in range(count)] + [0] * (CONTRIBUTORS - count)
        if count and self.draw.random() < 0.3:
            found[self.draw.randrange(count)] = most * self.draw.choice([3, 40, 900])
        self.draw.shuffle(found)
        return found

    def store(self) -> None:
        """Everything, in as few writes as it has tables."""
        gpu, core = make.make_pool(), make.make_pool(unit="core", grain="hour", code="cores")
        products = {"gpu": make.make_product(gpu), "core": make.make_product(core, grain="hour", units=1)}
        track = make.make_track(products=list(products.values()))
        for _ in range(CONTRIBUTORS):
            self.awards.append(make.make_award(make.make_submitted(track, state="eligible")))
        self._charges(products)
        self._energy(gpu)
        self._outcomes()
        self._learning()
        self._aid()

    def _charges(self, products) -> None:
        gpus, others = self.some(MONTHS, 90_000), self.some(MONTHS, 20_000)
        for place in self.draw.sample(MONTHS, 12):
            others[place] = [0] * CONTRIBUTORS
        part = self.draw.choice
        due = {place: [one * part([0, 5, 9]) // 10 for one in amounts] for place, amounts in gpus.items()}
        self.amounts |= {"cost_won": gpus, "others": others, "paid_won": due}
        statements, lines = [], []
        for month in MONTHS:
            for place, award in enumerate(self.awards):
                reference, rest, owed = gpus[month][place], others[month][place], due[month][place]
                row = Statement(
                    organisation=award.organisation, month=month, number=f"{month}-{place}", state="issued",
                    issued_at=NOW, due_on=NOW.date(), worked_out_at=NOW, reference=reference + rest,
                    list_price=owed, due=owed, supply=owed, payable=owed, subsidy=reference + rest - owed,
                )  # fmt: skip
                statements.append(row)
                for product, won, asked in ((products["gpu"], reference, owed), (products["core"], rest, 0)):
                    line = {"first_day": f"{month}-01", "last_day": f"{month}-28", "quantity": 1, "fault": "x"}
                    lines.append(
                        StatementLine(
                            statement=row,
                            award=award,
                            product=product,
                            reference=won,
                            list_price=asked,
                            due=asked,
                            supply=asked,
                            payable=asked,
                            subsidy=won - asked,
                            **line,
                        )
                    )
        Statement.objects.bulk_create(statements)
        StatementLine.objects.bulk_create(lines)

    def _energy(self, pool) -> None:
        joules = self.amounts["measured_joules"] = self.some(MONTHS, 900_000)
        days = [
            DayUse(day=f"{month}-03", pool=pool, award=award, seconds=SECONDS)
            for month in MONTHS
            for award in self.awards
        ]
        DayUse.objects.bulk_create(days)
        MeasuredUse.objects.bulk_create(
            MeasuredUse(source="c", key=f"{month}{place}", award=award, pool=pool, month=month, seconds=3600, joules=n)
            for month in MONTHS
            for place, award in enumerate(self.awards)
            for n in [joules[month][place]]
            if n
        )
        AccountingMonth.objects.bulk_create(AccountingMonth(month=month, closed_at=NOW) for month in MONTHS)

    def _outcomes(self) -> None:
        by = make.make_staff()
        kinds = {"hires": (OutcomeKind.HIRES, 20), "revenue_won": (OutcomeKind.REVENUE, 90_000)}
        drawn = {column: self.some(YEARS, most) for column, (_kind, most) in kinds.items()}
        self.amounts |= drawn
        for months, year in enumerate(YEARS, start=1):
            for place, award in enumerate(self.awards):
                received = {"received_on": NOW.date(), "received_by": by}
                owed = OwedReport.objects.create(
                    organisation=award.organisation, title="x", due_on=date(year, 12, 1), noted_at=NOW, **received
                )
                dated = {"from_on": date(year, 1, 1), "until_on": date(year, 6, 1)}
                duty = OutcomeDuty.objects.create(owed=owed, award=award, months=months, **dated)
                report = OutcomeReport.objects.create(
                    duty=duty, version=1, state="accepted", handed_in_by=by, handed_in_at=NOW, checked_by=by,
                    checked_at=NOW,
                )  # fmt: skip
                OutcomeItem.objects.bulk_create(
                    OutcomeItem(report=report, kind=kind, amount=drawn[column][year][place], emptied=True)
                    for column, (kind, _most) in kinds.items()
                    if drawn[column][year][place]
                )

    def _learning(self) -> None:
        """A cohort a year, with as many learners as completed something or nothing, and required pieces."""
        by = keeper()
        people = [make.make_person() for _ in range(2 * CONTRIBUTORS)]
        self.amounts["coursework_completed"] = {}
        for year in YEARS:
            cohort = make_cohort(by)
            Cohort.objects.filter(pk=cohort.pk).update(
                state="ended", selected_at=NOW, starts_on=date(year, 1, 1), ends_on=date(year, 12, 1)
            )
            count = self.draw.choice([1, 4, 5, 7, CONTRIBUTORS])
            given = {"child": False, "state": "graduated", "applied_at": NOW, "ended_at": NOW}
            self.learners = Learner.objects.bulk_create(
                Learner(cohort=cohort, person=person, **given) for person in people[:count]
            )
            self._coursework(cohort, year, by)
        self.learners = Learner.objects.bulk_create(
            Learner(cohort=cohort, person=person, **given) for person in people[CONTRIBUTORS:]
        )

    def _coursework(self, cohort, year: int, by) -> None:
        title = {"title_ko": "과제", "title_en": "Work", "due_at": NOW, "added_at": NOW, "required": True}
        pieces = Coursework.objects.bulk_create(Coursework(cohort=cohort, **title) for _ in range(PIECES))
        likely = self.draw.choice([0, 0.1, 0.5, 0.9, 1])
        done = [[one for one in pieces if self.draw.random() < likely] for _ in self.learners]
        self.amounts["coursework_completed"][year] = [len(one) for one in done]
        noted = {"noted_by": Person.objects.get(pk=by.person), "noted_at": NOW}
        CourseworkDone.objects.bulk_create(
            CourseworkDone(coursework=piece, learner=learner, **noted)
            for learner, own in zip(self.learners, done, strict=True)
            for piece in own
        )

    def _aid(self) -> None:
        source = FundingSource.objects.create(code="s", name_ko="시", name_en="City", kind="local", created_at=NOW)
        FiscalYear.objects.bulk_create(FiscalYear(year=year, settled_at=NOW) for year in YEARS)
        cohort, counted = self.learners[0].cohort, {"source": source, "days": 1, "came": 1, "held": 1}
        for kind, column in (("living", "living_aid_won"), ("wage", "wage_aid_won")):
            fixed = {"approval": Approval.objects.create(**_approval(kind)), "sha256": "0" * 64, "fixed_at": NOW}
            aids = AidList.objects.create(kind=kind, cohort=cohort, month="2024-01", opened_at=NOW, **fixed)
            drawn = self.amounts[column] = self.some(YEARS, 900_000)
            AidPayment.objects.bulk_create(
                AidPayment(
                    aids=aids,
                    learner=learner,
                    of_month=f"{year}-01",
                    year=year,
                    amount=drawn[year][place],
                    organisation=self.awards[place].organisation if kind == "wage" else None,
                    **counted,
                )
                for year in YEARS
                for place, learner in enumerate(self.learners)
                if drawn[year][place]
            )


def _approval(kind: str) -> dict[str, object]:
    by = {"drafted_by": make.make_staff(), "decided_by": make.make_staff(), "drafted_at": NOW, "decided_at": NOW}
    return {"kind": "pay_aid", "subject": len(kind), "state": "approved", "document_number": "D"} | by
