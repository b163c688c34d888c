"""The calls of the demonstration, drafted by one person and published by another."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.demonstration import press
from madang.demonstration.cast import Cast
from madang.portal.calls.models import Call
from madang.portal.drafts import actions as drafts
from madang.portal.drafts.rules import (
    BonusDraft,
    CallDraft,
    ConsentAsked,
    CriterionDraft,
    EvidenceDraft,
    IntakeDraft,
    ProductOffer,
    RuleDraft,
    SectionDraft,
    TrackDraft,
)
from madang.values import Month

POINTS = (40, 30, 30)
REVIEWS_EACH = 3
CRITERIA = (
    CriterionDraft("impact", "기술·사회적 파급효과", "Technical and social impact", POINTS[0], 16),
    CriterionDraft("ecosystem", "AI 생태계 기여도", "Contribution to the AI ecosystem", POINTS[1], 12),
    CriterionDraft("readiness", "수행역량과 실현 가능성", "Capability and feasibility", POINTS[2], 12),
)
SECTIONS = (
    SectionDraft(
        "purpose",
        "과제의 목적",
        "Purpose of the project",
        2000,
        "무엇을 왜 하는지 적어 주십시오.",
        "What will be done, and why.",
    ),
    SectionDraft(
        "plan",
        "자원 활용 계획",
        "Plan for the resources",
        3000,
        "달마다 어떻게 쓰는지 적어 주십시오.",
        "How they are used month by month.",
    ),
)
CONSENTS = (ConsentAsked("personal-data", 1), ConsentAsked("integrity", 1))
_KINDS = ["company", "university", "research_institute"]


def _track(
    code: str, title: tuple[str, str], months: tuple[str, str], products: tuple[ProductOffer, ...], **more
) -> TrackDraft:  # type: ignore[no-untyped-def]
    rules = more.pop("rules", (RuleDraft("organisation_kind", "announcement", {"kinds": _KINDS}),))
    return TrackDraft(
        code=code,
        title_ko=title[0],
        title_en=title[1],
        first_month=months[0],
        last_month=months[1],
        products=products,
        criteria=CRITERIA,
        sections=SECTIONS,
        consents=CONSENTS,
        rules=rules,
        reviews_wanted=REVIEWS_EACH,
        **more,
    )


def spring_2026(intake: IntakeDraft) -> CallDraft:
    """The national round as reported; its texts say that the applications in it are generated."""
    months = ("2026-04", "2027-03")
    tracks = tuple(
        _track(
            code,
            (f"{code.upper()} 분야", f"{code.upper()} track"),
            months,
            (ProductOffer(f"{code}x8", *press.LIMITS[code]),),
            minimum_months=3,
            minimum_total_milli=60_000,
        )
        for code in ("h200", "b200")
    )
    return CallDraft(
        code="spring-2026",
        kind="regular",
        title_ko="2026년 봄 첨단 GPU 활용 공고 (시연용)",
        title_en="National GPU round, spring 2026 (demonstration)",
        summary_ko="언론에 보도된 수요와 공급의 합계를 그대로 지키되, 신청 하나하나는 정해진 난수로 만든 것입니다.",
        summary_en="The totals of demand and capacity are those that the press reported; each application is generated.",
        intakes=(intake,),
        tracks=tracks,
    )


def own_cores(intake: IntakeDraft, first: Month) -> CallDraft:
    """A small call for this machine's own cores, under which the demonstration's jobs really run."""
    track = _track(
        "cores",
        ("코어 시간 분야", "Core-hours"),
        (str(first), str(first.plus(2))),
        (ProductOffer("core-hour", 1, 2000),),
        minimum_total_milli=60_000,
        bonus_most=3,
        penalty_most=3,
    )
    return CallDraft(
        code="local-cores",
        kind="beta",
        title_ko="이 컴퓨터의 코어 시간 시범 공고",
        title_en="Trial call for this machine's core-hours",
        summary_ko="이 컴퓨터의 CPU 코어를 여러 기관이 나누어 씁니다. 여기서 실행된 작업만 계측하고 정산합니다.",
        summary_en="Several organisations share this machine's cores. What runs here is what is metered and billed.",
        intakes=(intake,),
        tracks=(track,),
    )


def open_regular(intake: IntakeDraft, first: Month) -> CallDraft:
    """The first of the two calls that are open today."""
    months = (str(first), str(first.plus(5)))
    outside = (*_rules(), RuleDraft("running_awards_at_most", "deadline", {"awards": 2}))
    return CallDraft(
        code="centre-h100",
        kind="regular",
        title_ko="AI 데이터센터 H100 정기모집 (시연용)",
        title_en="Regular call for H100 at the AI data centre (demonstration)",
        summary_ko="H100 1·2·4·8장을 달 단위로 배정합니다. 청년기업이나 지역기업은 단가의 절반을 감면합니다.",
        summary_en="One, two, four or eight H100 by the month. Young or local firms pay half.",
        intakes=(intake,),
        tracks=(
            _track(
                "shared",
                ("소규모 분야", "Small track"),
                months,
                (ProductOffer("h100x1", 1, 4), ProductOffer("h100x2", 1, 2)),
                minimum_total_milli=60_000,
                rules=outside,
            ),
            _track(
                "large",
                ("대규모 분야", "Large track"),
                months,
                (ProductOffer("h100x4", 1, 4), ProductOffer("h100x8", 1, 4)),
                minimum_total_milli=70_000,
                rules=outside,
            ),
        ),
    )


def open_rolling(intake: IntakeDraft, first: Month) -> CallDraft:
    """The second: a rolling call, whose next intake opens by itself."""
    return CallDraft(
        code="centre-b200-rolling",
        kind="rolling",
        title_ko="AI 데이터센터 B200 상시모집 (시연용)",
        title_en="Rolling call for B200 at the AI data centre (demonstration)",
        summary_ko="B200 8장 서버를 접수차수마다 배정합니다.",
        summary_en="Servers of eight B200, awarded intake by intake.",
        intakes=(intake,),
        tracks=(
            _track(
                "b200",
                ("B200 분야", "B200 track"),
                (str(first), str(first.plus(5))),
                (ProductOffer("b200-centrex8", 1, 2),),
                minimum_total_milli=70_000,
                rules=(*_rules(), RuleDraft("age_at_most", "announcement", {"years": 10})),
            ),
        ),
    )


def blind_consensus(intake: IntakeDraft, first: Month) -> CallDraft:
    """A small blind call: reviewers score alone, then agree on one sheet; certificates bring bonus points."""
    bonuses = tuple(
        BonusDraft(
            code, *title, "확인서로 증명합니다. (시연용)", "Proved by a certificate. (Demonstration)", points, code
        )
        for code, title, points in (
            ("venture", ("벤처기업", "Venture firm"), 3),
            ("young-staff", ("청년 고용 기업", "Employer of young people"), 2),
        )
    )
    papers = tuple(
        EvidenceDraft(one.code, f"{one.title_ko} 확인서", f"Certificate: {one.title_en}", "확인기관", "Certifying body", required=False)
        for one in bonuses
    )  # fmt: skip
    track = _track(
        "pilot",
        ("실증 분야", "Pilot track"),
        (str(first), str(first.plus(5))),
        (ProductOffer("h100x1", 1, 2),),
        minimum_total_milli=60_000,
        consensus=True,
        claims_most=4,
        evidence=papers,
        bonuses=bonuses,
    )
    return CallDraft(
        code="blind-pilot",
        kind="regular",
        title_ko="신청기관을 가리고 합의로 평가하는 실증 공고 (시연용)",
        title_en="Pilot call reviewed blind and by consensus (demonstration)",
        summary_ko="평가위원은 신청기관을 모른 채 각자 채점한 뒤 조정위원과 합의합니다. 가점은 증빙으로 확인합니다.",
        summary_en="Reviewers do not see who applies, score alone, then agree. Bonus points rest on papers.",
        intakes=(intake,),
        tracks=(track,),
        blind=True,
    )


def peer_exchange(intake: IntakeDraft, first: Month) -> CallDraft:
    """A small call whose applicants review each other in two groups."""
    track = _track(
        "exchange",
        ("상호평가 분야", "Exchange track"),
        (str(first), str(first.plus(2))),
        (ProductOffer("h100x1", 1, 2),),
        peer_groups=2,
        grace_days=3,
    )
    return CallDraft(
        code="peer-exchange",
        kind="beta",
        title_ko="신청자가 서로 평가하는 소규모 공고 (시연용)",
        title_en="Small call whose applicants review each other (demonstration)",
        summary_ko="신청자마다 다른 신청 세 건을 평가합니다. 평가를 내지 않으면 알림을 거쳐 자기 신청이 탈락합니다.",
        summary_en="Each reviews three others. Who leaves reviews out loses the own application after reminders.",
        intakes=(intake,),
        tracks=(track,),
    )


def _rules() -> tuple[RuleDraft, ...]:
    return (RuleDraft("organisation_kind", "announcement", {"kinds": [*_KINDS, "public_body"]}),)


def publish(cast: Cast, draft: CallDraft, *, drafted: datetime, now: datetime, document: str) -> Call:
    """The manager drafts and hands over, the approver publishes a while later."""
    manager = cast.actor("manager")
    call = drafts.create_call(by=manager, now=drafted, call=draft, generated=True)
    drafts.draft_publication(by=manager, now=drafted + timedelta(hours=1), call=call.pk, version=call.version)
    drafts.publish(by=cast.actor("approver"), now=now, call=call.pk, document_number=document)
    call.refresh_from_db()
    return call
