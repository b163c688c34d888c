"""The benchmark's 22,000 applications with everything handed in, and the reviewers' sheets on them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from programme import OFFERS, ORGANISATIONS, PRODUCTS, Centre, IntakePlan
from storing import write

from madang.portal.applications import models as applications
from madang.portal.applications.rules import content_hash, receipt_number
from madang.portal.files.models import StoredFile
from madang.portal.plans.rules import Wish
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment

DRAFTS = 500
WORDS = ("언어 모형", "의료 영상", "기상 예측", "신소재 탐색", "자율 주행", "음성 합성", "교통 예측", "로봇 제어")
TEXT = "이 과제는 대규모 모형을 학습하고 평가하여 지역 산업의 문제를 풉니다. " * 12
PRODUCT = {code: (n, pool, units, grain) for n, (code, pool, units, grain, _, _) in enumerate(PRODUCTS, start=1)}


@dataclass(frozen=True)
class File:
    """One application as later steps need it."""

    pk: int
    intake: IntakePlan
    organisation: int
    number: str
    title: str
    wish: Wish
    sent: datetime


def files(centre: Centre) -> list[File]:
    """Who applies for what: organisations that came first apply most often, as the busiest of any centre do."""
    rng, found = centre.rng, []
    weights = [1 / (n + 20) for n in range(ORGANISATIONS)]
    for intake in centre.intakes:
        chosen = rng.choices(centre.owners, weights, k=intake.applications)
        end = min(intake.closes, centre.now)
        span = int((end - intake.opens).total_seconds())
        instants = sorted(intake.opens + timedelta(seconds=rng.randrange(span)) for _ in chosen)
        for count, (organisation, sent) in enumerate(zip(chosen, instants, strict=True), start=1):
            product, low, high = rng.choice(OFFERS[intake.offers])
            quantity, months = rng.randint(low, high), rng.choice((3, 3, 3, 6))
            wish = Wish(product, quantity, max(1, quantity // 2), str(intake.first_month), months)
            title = f"{rng.choice(WORDS)} {rng.choice(WORDS)} 과제 {len(found) + 1}"
            number = receipt_number(intake.code, intake.number, count)
            found.append(File(len(found) + 1, intake, organisation, number, title, wish, sent))
    return found


def applications_of(centre: Centre, found: list[File]) -> None:
    """The applications with submissions, asks, papers, consents, and checks."""
    officer = centre.staff["screening_officer"]
    columns = (
        "id intake track organisation number title sections state"
        " created_by created_at saved_at submitted_at in_force screened_by screened_at"
    )
    sections = {"purpose": TEXT, "use": TEXT}
    write(applications.Application, columns, (_application(row, officer, sections) for row in found))
    columns = "id application number content content_sha256 submitted_by submitted_at"
    write(applications.Submission, columns, (_submission(row, sections) for row in found))
    asks = (
        (row.pk, PRODUCT[row.wish.product][0], row.wish.quantity, row.wish.least, row.wish.first_month, row.wish.months)
        for row in found
    )
    write(applications.Ask, "application product quantity least first_month months", asks)
    papers = (
        (n, hashlib.sha256(str(n).encode()).hexdigest(), 80_000 + n, "application/pdf", row.sent)
        for n, row in enumerate(found, 1)
    )
    write(StoredFile, "id sha256 size media_type stored_at", papers)
    columns = "application file name evidence issued_on attached_by attached_at"
    write(
        applications.Attachment,
        columns,
        (
            (row.pk, row.pk, "certificate.pdf", row.intake.track, row.sent.date(), row.organisation, row.sent)
            for row in found
        ),
    )
    columns = "submission file name evidence issued_on"
    write(
        applications.SubmittedFile,
        columns,
        ((row.pk, row.pk, "certificate.pdf", row.intake.track, row.sent.date()) for row in found),
    )
    consents = ((row.pk, text, row.organisation, row.sent) for row in found for text in (1, 2))
    write(applications.Consent, "application text accepted_by accepted_at", consents)
    facts = {"kind": "company", "kinds": ["company"]}
    checks = ((row.pk, row.intake.track, "submission", True, facts, row.sent.date(), row.sent) for row in found)
    write(applications.EligibilityCheck, "application rule stage passed facts judged_on checked_at", checks)


def questions_and_drafts(centre: Centre, found: list[File]) -> None:
    """Two thousand answered questions of the screening officer, and 500 unfinished drafts."""
    officer = centre.staff["screening_officer"]
    asked = found[:: len(found) // 2_000]
    columns = "application asked_by asked_at text answer_by answer answered_by answered_at"
    rows = (
        (
            row.pk,
            officer,
            row.sent,
            "예산의 근거를 알려 주십시오.",
            row.sent + timedelta(days=7),
            "첨부하였습니다.",
            row.organisation,
            row.sent,
        )
        for row in asked
    )
    write(applications.ScreeningQuestion, columns, rows)
    open_ones = [one for one in centre.intakes if one.state == "open"]
    drafts = ((len(found) + n, open_ones[n % len(open_ones)], n % ORGANISATIONS + 1) for n in range(1, DRAFTS + 1))
    columns = "id intake track organisation title sections created_by created_at saved_at"
    now = centre.now
    write(
        applications.Application,
        columns,
        ((pk, one.pk, one.track, who, f"초안 {pk}", {}, who, now, now) for pk, one, who in drafts),
    )


def _application(row: File, officer: int, sections: dict[str, str]) -> tuple[object, ...]:
    screened = row.intake.state in ("decided", "in_review")
    state = "eligible" if screened else "submitted"
    verdict = (officer, row.intake.closes) if screened else (None, None)
    first = (row.pk, row.intake.pk, row.intake.track, row.organisation, row.number, row.title, sections, state)
    return (*first, row.organisation, row.sent, row.sent, row.sent, row.pk, *verdict)


def _submission(row: File, sections: dict[str, str]) -> tuple[object, ...]:
    content = {
        "application": row.pk,
        "call": row.intake.code,
        "intake": row.intake.number,
        "track": "main",
        "organisation": row.organisation,
        "title": row.title,
        "sections": sections,
        "asks": [vars(row.wish)],
        "files": [],
        "consents": [],
    }
    return (row.pk, row.pk, 1, content, content_hash(content), row.organisation, row.sent)


def sheets(centre: Centre, found: list[File]) -> None:
    """The reviewers' sheets of every intake past screening; in the one under review every sixth is still out."""
    rng, manager = centre.rng, centre.staff["programme_manager"]
    assignments, points = [], []
    for row in found:
        if row.intake.state not in ("decided", "in_review"):
            continue
        level = rng.gauss(0.74, 0.1)
        for reviewer in rng.sample(centre.reviewers, 3 if row.intake.offers == "regular" else 2):
            pk = len(assignments) + 1
            out = row.intake.state == "in_review" and rng.random() < 1 / 6
            due = row.intake.closes + timedelta(days=30)
            sent = row.intake.closes + timedelta(days=2)
            assignments.append(
                (
                    pk,
                    row.pk,
                    reviewer,
                    "assigned" if out else "submitted",
                    "" if out else "적정합니다. " * 8,
                    manager,
                    sent,
                    due,
                    None if out else sent,
                )
            )
            for n, most in enumerate((40, 30, 30)):
                mark = max(0, min(most, round(most * rng.gauss(level, 0.08))))
                points.append(
                    (pk, row.intake.track * 10 + n, None if out else mark, "" if out else "근거가 분명합니다.")
                )
    write(
        ReviewAssignment, "id application reviewer state comment assigned_by assigned_at due_at ended_at", assignments
    )
    write(CriterionPoints, "assignment criterion points comment", points)
