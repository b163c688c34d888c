"""Five awards of the spring round in force: their statements, who paid, what was taken off, claimed back and reported.

Who paid and what came of the awards is made up, and says so. Only months that are over have statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from madang.demonstration import press, rounds
from madang.demonstration.cast import PASSWORD, Cast
from madang.portal.actors import WORKER, Actor
from madang.portal.agreements import actions as agreements
from madang.portal.agreements.rules import Side, SigningMethod
from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award
from madang.portal.billing import actions as billing
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.calls.models import Call
from madang.portal.creditnotes import actions as notes
from madang.portal.creditnotes.rules import NoteReason, Wish
from madang.portal.files import actions as files
from madang.portal.files import tables
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import SIGNED_PAPERS
from madang.portal.funding import actions as funding
from madang.portal.funding.models import FundingSource
from madang.portal.funding.rules import SourceKind
from madang.portal.months import actions as months
from madang.portal.months import chores as months_chores
from madang.portal.months.rules import number_of
from madang.portal.outcomes import actions as outcomes
from madang.portal.outcomes import chores as outcomes_chores
from madang.portal.outcomes.models import OutcomeDuty
from madang.portal.outcomes.rules import Entry, OutcomeKind
from madang.portal.receipts import actions as receipts
from madang.portal.receipts import reading
from madang.portal.resources.models import Pool
from madang.portal.sanctions import actions as sanctions
from madang.portal.sanctions.rules import SanctionAct, SanctionGround
from madang.portal.suppliers import actions as suppliers
from madang.portal.suppliers.rules import SupplyKind
from madang.portal.transactions import together
from madang.values import Month

FIRMS, QUICK = 4, 2  # companies whose servers run, and so many of them that gave theirs back after the first quarter
# permille of each month's statement that a company paid; the first paid one of them twice, the last nothing yet
PAID = [(1000, 1000, 1000), (1000, 1000, 400), (1000,) * 6, ()]
FIRST = Month(2026, 4)
SUPPLIED = 120 * press.GPUS_PER_SERVER
GPU_MONTH_WON = 2_650_000
MADE_UP = "시연용으로 만든 자료입니다. · Made up for the demonstration."
REPORTED = [
    Entry(OutcomeKind.HIRES, 3, "개발 인력 신규 채용(가상)"),
    Entry(OutcomeKind.REVENUE, 120_000_000, "판독 보조 서비스 매출(가상)"),
    Entry(OutcomeKind.PATENT_FILED, 1, "영상 판독 방법 특허 출원(가상)"),
    Entry(OutcomeKind.MODEL, 1, "소형 언어모델 공개(가상)"),
]


@dataclass(frozen=True)
class Held:
    """An award that runs, and its owner."""

    award: Award
    owner: Actor


def build(cast: Cast, call: Call, now: datetime) -> None:
    """Everything; nothing where the first month is not over yet."""
    over = [month for month in (FIRST.plus(n) for n in range(12)) if _closes(month) <= now]
    if not over:
        return
    paper = files.store(
        now=now, name="paper.pdf", allowed=SIGNED_PAPERS, upload_chunks=[_pdf("Made up for the demonstration")]
    )
    with together():
        outcomes.set_schedule(by=cast.actor("manager"), now=_at(FIRST, -10), call=call.pk, months=[1])
        held = [_run(cast, award, paper) for award in _chosen()]
        _funded(cast)
    for month in over:
        with together():
            if month == FIRST.plus(3):
                _give_back(cast, held[:QUICK])
            _issue(cast, month)
    firms, university = held[:FIRMS], held[FIRMS]
    with together():
        _taken_off(cast, firms[2])
        _claimed(cast, university, now)
        _supplied(cast, over)
    _paid(cast, firms, now)
    with together():
        _reported(cast, firms[:QUICK], paper, now)


def _at(month: Month, days: int) -> datetime:
    """Ten in the morning, so many days after a month's first day."""
    first = datetime(month.year, month.number, 1, 10, tzinfo=settings.MADANG_ZONE)
    return first + timedelta(days=days)


def _closes(month: Month) -> datetime:
    return _at(month.plus(1), settings.MADANG_CLOSE_GRACE_DAYS + 1)


def _chosen() -> list[Award]:
    """The smallest awards that were accepted: of companies that pay the whole price, and of a university."""
    rows = Award.objects.filter(state="accepted").select_related("application").order_by("lines__quantity", "pk")
    firms = rows.filter(organisation__kind="company", organisation__verdicts__isnull=True)
    return [*firms[:FIRMS], *rows.filter(organisation__kind="university")[:1]]


def _run(cast: Cast, award: Award, paper: StoredFile) -> Held:
    """The owner hands in the signed agreement on paper, staff confirm it, the approver signs: the award is in force."""
    owner, at = rounds.member(award.application.created_by_id), _at(FIRST, -8)
    row = award.agreements.get()
    handed_in = agreements.hand_in_paper(by=owner, now=at, agreement=row.pk, file=paper.pk, name="협약서(가상).pdf")
    agreements.confirm_paper(by=cast.actor("manager"), now=at + timedelta(hours=2), paper=handed_in.pk)
    agreements.sign(by=cast.actor("approver"), now=at + timedelta(hours=3), agreement=row.pk, side=Side.BODY,
                    method=SigningMethod.CLICK, evidence={"password": PASSWORD})  # fmt: skip
    return Held(award, owner)


def _funded(cast: Cast) -> None:
    """Seven tenths from the state, three from the city."""
    by, at = cast.actor("manager"), _at(FIRST, -7)
    sources = (("state", "국비(가상)", "State budget (generated)", SourceKind.NATIONAL),
               ("city", "시비(가상)", "City budget (generated)", SourceKind.LOCAL))  # fmt: skip
    for code, korean, english, kind in sources:
        funding.add_source(by=by, now=at, code=code, name_ko=korean, name_en=english, kind=kind)
    for pool in Pool.objects.filter(code__in=press.SERVERS_BOUGHT):
        funding.set_funding(by=by, now=at, pool=pool.pk, first_month=str(FIRST), parts={"state": 700, "city": 300})


def _issue(cast: Cast, month: Month) -> None:
    """The month is checked, closed by two people, and its statements are issued."""
    manager, at, number = cast.actor("manager"), _closes(month), number_of(str(month))
    months.want_check(by=manager, now=at, month=str(month))
    months_chores.check_months(at)
    months.draft_close(by=manager, now=at, number=number, comment=MADE_UP)
    given = {"number": number, "comment": "", "document_number": f"시연-마감-{month}"}
    months.close(by=cast.actor("approver"), now=at + timedelta(hours=1), **given)
    billing.work_out_month(by=WORKER, now=at + timedelta(hours=2), month=str(month))
    billing.issue(by=manager, now=at + timedelta(hours=3), month=str(month))


def _give_back(cast: Cast, held: list[Held]) -> None:
    """Two companies reached their aim: two people end their awards on the last day of the first quarter."""
    for one in held:
        at = _at(FIRST.plus(3), -1)
        awards.draft_end(by=cast.actor("manager"), now=at, award=one.award.pk, comment="목표 달성으로 조기 반납(가상)")
        given = {"award": one.award.pk, "comment": "", "document_number": f"시연-종료-{one.award.pk}"}
        awards.end(by=cast.actor("approver"), now=at + timedelta(hours=1), **given)


def _taken_off(cast: Cast, firm: Held) -> None:
    """A credit note for three days on which the servers stood still."""
    line = StatementLine.objects.get(statement__month=str(FIRST), award=firm.award)
    by, at = cast.actor("manager"), _closes(FIRST) + timedelta(days=3)
    wishes = {line.pk: Wish(quantity=line.quantity // 10)}
    text = "냉각 설비 장애로 3일 동안 이용하지 못함(가상)"
    note = notes.draft(by=by, now=at, statement=line.statement_id, reason=NoteReason.CHANGED, text=text, wishes=wishes)
    notes.lay_before(by=by, now=at, note=note.pk, comment="")
    notes.issue(by=cast.actor("approver"), now=at + timedelta(hours=1), note=note.pk, comment="",
                document_number="시연-감액-1")  # fmt: skip


def _claimed(cast: Cast, university: Held, now: datetime) -> None:
    """Support that is claimed back: the university has notice and the time to answer runs."""
    by, at = cast.actor("manager"), now - timedelta(days=3)
    terms = {"answer_days": 10, "appeal_days": 30, "pay_days": 30, "false_permille": 5000, "excess_permille": 3000,
             "other_permille": 2000, "ban_months": 60}  # fmt: skip
    sanctions.set_terms(
        by=by, now=_at(FIRST, -7), starts_on=date(2026, 1, 1), document="시연용 제재 기준(가상)", **terms
    )
    source = FundingSource.objects.get(code="state").pk
    found = sanctions.find(
        by=by, now=at, act=SanctionAct.RECOVERY, organisation=university.award.organisation_id,
        ground=SanctionGround.OTHER_USE, done_on=date(2026, 4, 20), award=university.award.pk, source=source, year=2026,
        base=2_000_000, finding="협약에 없는 과제에 서버를 사용함(가상)", evidence="접속 기록 확인서(가상)",
    )  # fmt: skip
    sanctions.notice(by=by, now=at, sanction=found.pk)


def _supplied(cast: Cast, over: list[Month]) -> None:
    """A supplier's servers kept ready: one month agreed on, the next before the approver, the last worked out."""
    by, approver, at = cast.actor("manager"), cast.actor("approver"), _closes(FIRST)
    supplier = suppliers.add_supplier(by=by, now=at, code="cloud", name="한빛클라우드(가상)").pk
    pool = Pool.objects.get(code="h200").pk
    suppliers.set_contract(by=by, now=at, supplier=supplier, pool=pool, kind=SupplyKind.KEPT, first_month=str(FIRST),
                           price=GPU_MONTH_WON, units=SUPPLIED, document="시연-공급계약-1(가상)")  # fmt: skip
    for place, month in enumerate(over[:3]):
        at = _closes(month) + timedelta(days=1)
        row = suppliers.work_out(by=by, now=at, supplier=supplier, month=str(month))
        if place < 2:
            suppliers.lay_before(by=by, now=at, statement=row.pk, comment=MADE_UP)
        if not place:
            suppliers.agree(by=approver, now=at + timedelta(hours=1), statement=row.pk, comment="",
                            document_number="시연-공급정산-1")  # fmt: skip


def _paid(cast: Cast, firms: list[Held], now: datetime) -> None:
    """What the bank's file says: paid in time, in part, twice, and by somebody whom nobody knows."""
    lines, by = [], cast.actor("manager")
    for firm, parts in zip(firms, PAID, strict=True):
        rows = Statement.objects.filter(organisation=firm.award.organisation_id, state="issued").order_by("month")
        for row, permille in zip(rows.select_related("organisation"), parts, strict=False):
            won = (row.payable - row.credited) * permille // 1000
            lines.append((row.due_on - timedelta(days=4), won, row.organisation.name, row.number))
    lines += [lines[0], (lines[0][0], 50_000, "입금자 미상(가상)", "")]
    lines = [line for line in lines if line[0] <= now.date()]
    if not lines:
        return
    columns = {"paid_on": "거래일", "came_in": "입금액", "payer": "보낸분", "text": "내용", "reference": "거래번호"}
    bank = receipts.set_bank(by=by, now=now, code="main", name="이용료 수납 계좌(가상)", columns=columns)
    text = ["거래일,입금액,보낸분,내용,거래번호"]
    text += [f"{day},{won},{payer},{number},{place}" for place, (day, won, payer, number) in enumerate(lines)]
    kept = tables.keep(now=now, name="bank.csv", chunks=["\n".join(text).encode()])
    content = reading.content_of(bank, kept, now.date())
    with together():
        receipts.bring_in(by=by, now=now, bank=bank.pk, stored=kept.pk, name="거래내역(가상).csv", content=content)


def _reported(cast: Cast, firms: list[Held], paper: StoredFile, now: datetime) -> None:
    """Of the two awards that ended, one report is accepted, and one is handed in and waits for who looks at it."""
    outcomes_chores.owe(now)
    for place, firm in enumerate(firms):
        duty = OutcomeDuty.objects.filter(award=firm.award, until_on__lte=now.date()).first()
        if duty is None:
            continue
        at = datetime.combine(duty.until_on, now.timetz()) + timedelta(days=5)
        for entry in REPORTED[2 * place : 2 * place + 2]:
            given = {"entry": entry, "file": paper, "file_name": "증빙(가상).pdf"}
            outcomes.add(by=firm.owner, now=at, duty=duty.pk, **given)
        outcomes.hand_in(by=firm.owner, now=at, duty=duty.pk)
        if not place:
            outcomes.check(by=cast.actor("screening"), now=at + timedelta(days=2), duty=duty.pk, version=1, accept=True)


def _pdf(text: str) -> bytes:
    """A page with one line of plain letters, as the format says."""
    stream = f"BT /F1 18 Tf 60 760 Td ({text}) Tj ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    found, places = "%PDF-1.4\n", []
    for place, part in enumerate(parts, start=1):
        places.append(len(found))
        found += f"{place} 0 obj\n{part}\nendobj\n"
    entries = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{entries}"
    trailer = f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\nstartxref\n{len(found)}\n%%EOF\n"
    return (found + end + trailer).encode("ascii")
