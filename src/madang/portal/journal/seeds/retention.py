"""How long each kind of record is kept at first, and on which ground; a centre changes the rows, not this list."""

from __future__ import annotations

from typing import NamedTuple


class RetentionSeed(NamedTuple):
    """One kind of record: days it is kept, and the ground in both languages."""

    kind: str
    days: int
    ground_ko: str
    ground_en: str


RULES = [
    RetentionSeed(
        "login_failure",
        1,
        "로그인 시도 제한에만 쓰이며, 그 목적이 끝나면 바로 파기합니다.",
        "Serves only to limit log-in attempts and is destroyed once that purpose ends.",
    ),
    RetentionSeed(
        "reading",
        730,
        "개인정보 접속기록은 2년간 보관합니다(개인정보의 안전성 확보조치 기준).",
        "Access logs of personal data are kept two years (standard on measures to keep personal data safe).",
    ),
    RetentionSeed(
        "message",
        365,
        "발송한 안내의 내용은 문의와 이의신청에 답하기 위해 1년간 보관합니다.",
        "The text of messages sent is kept one year, to answer questions and appeals.",
    ),
    RetentionSeed(
        "invitation",
        90,
        "수락·철회되었거나 기한이 지난 초대의 이메일 주소는 90일 뒤에 파기합니다.",
        "The e-mail address of an invitation is destroyed 90 days after it was settled or has lapsed.",
    ),
    RetentionSeed(
        "unsubmitted_draft",
        90,
        "제출되지 않은 신청서는 접수 마감 90일 뒤에 파기합니다. 그때까지는 작성자가 내용을 다시 쓸 수 있습니다.",
        "An application never submitted is destroyed 90 days after the deadline; until then its authors can reuse it.",
    ),
    RetentionSeed(
        "account",
        1825,
        (
            "마지막 이용 후 5년간 쓰지 않은 계정은 30일 전에 알린 뒤 파기합니다. 목적을 다한 개인정보는 지체 "
            "없이 파기해야 합니다(개인정보 보호법)."
        ),
        (
            "An account not used for five years is erased, with 30 days' notice: data whose purpose has ended "
            "must go (Personal Information Protection Act)."
        ),
    ),
    RetentionSeed(
        "session",
        1,
        "로그인 상태를 유지하는 데에만 쓰입니다.",
        "Serves only to stay logged in.",
    ),
    RetentionSeed(
        "answered_request",
        1,
        "같은 요청이 두 번 처리되지 않게 하는 데에만 쓰입니다.",
        "Serves only to keep a repeated request from being carried out twice.",
    ),
    RetentionSeed(
        "api_token",
        90,
        "만료되거나 폐기된 토큰의 기록은 오용 여부를 확인하기 위해 90일간 보관합니다.",
        "The record of an expired or revoked token is kept 90 days, to look into misuse.",
    ),
    RetentionSeed(
        "membership",
        1095,
        "접근 권한의 부여·변경·말소 기록은 3년간 보관합니다(개인정보의 안전성 확보조치 기준).",
        (
            "Records of access rights given, changed and ended are kept three years (standard on measures to "
            "keep personal data safe)."
        ),
    ),
    RetentionSeed(
        "staff_role",
        1095,
        "접근 권한의 부여·변경·말소 기록은 3년간 보관합니다(개인정보의 안전성 확보조치 기준).",
        (
            "Records of access rights given, changed and ended are kept three years (standard on measures to "
            "keep personal data safe)."
        ),
    ),
    RetentionSeed(
        "verdict",
        1825,
        "감면과 자격 판단의 근거는 지원이 끝난 뒤의 감사에 답하기 위해 5년간 보관합니다.",
        "What discounts and eligibility rested on is kept five years, to answer audits after the support has ended.",
    ),
    RetentionSeed(
        "application_not_awarded",
        1095,
        "선정되지 않은 신청의 내용은 이의신청과 감사에 답하기 위해 결정 후 3년간 보관합니다.",
        (
            "What an application that was not selected holds is kept three years after the decision, to "
            "answer appeals and audits."
        ),
    ),
    RetentionSeed(
        "application_awarded",
        1825,
        "선정된 신청의 내용은 지원사업의 증빙으로 지원 종료 후 5년간 보관합니다(보조금 관리에 관한 법률에 준함).",
        (
            "What an application that was selected holds is kept five years after the award as evidence of "
            "the support (after the Subsidy Management Act)."
        ),
    ),
    RetentionSeed(
        "review",
        1825,
        "평가 의견은 선정 결정의 근거로서 결정 후 5년간 보관합니다. 점수는 결정과 함께 남습니다.",
        "Reviewers' comments are kept five years after the decision as its grounds; points stay with the decision.",
    ),
    RetentionSeed(
        "reviewer",
        1095,
        "평가위원의 소속과 이해관계는 제척이 바르게 되었는지 확인하기 위해 마지막 평가 후 3년간 보관합니다.",
        (
            "A reviewer's affiliation and interests are kept three years after the last review, to show that "
            "exclusions were right."
        ),
    ),
    RetentionSeed(
        "honorarium",
        1825,
        "평가수당 명세서는 원천징수의 증빙으로서 확정 후 5년간 보관합니다(국세기본법에 준함).",
        (
            "Statements of reviewers' fees are kept five years after they were fixed, as evidence of tax withheld "
            "(after the Framework Act on National Taxes)."
        ),
    ),
    RetentionSeed(
        "approval",
        3650,
        "기안과 결재의 의견은 기관의 의사결정 기록으로서 10년간 보관합니다(공공기록물 관리에 관한 법률에 준함).",
        (
            "Comments on drafts and approvals are kept ten years as records of the body's decisions (after "
            "the Public Records Management Act)."
        ),
    ),
    RetentionSeed(
        "agreement",
        3650,
        "협약서와 서명은 권리와 의무를 증명하기 위해 지원 종료 후 10년간 보관합니다(민법의 소멸시효).",
        (
            "Agreements and signatures are kept ten years after the award to prove rights and duties "
            "(prescription under the Civil Act)."
        ),
    ),
    RetentionSeed(
        "job_files",
        90,
        "작업이 남긴 파일과 로그는 작업 종료 90일 뒤에 파기합니다. 2주 전에 알려 드립니다.",
        "What a job left and its log are destroyed 90 days after it ended; its person is told two weeks before.",
    ),
    RetentionSeed(
        "job",
        1825,
        "작업의 이름과 명령은 사용량과 요금의 증빙으로 5년간 보관합니다(국세기본법에 준함).",
        (
            "A job's name and command are kept five years as evidence of what was used and charged (after the "
            "Framework Act on National Taxes)."
        ),
    ),
    RetentionSeed(
        "booking",
        730,
        "예약의 용도와 사유는 이용 확인과 가동률 점검에 답하기 위해 이용이 끝난 뒤 2년간 보관합니다.",
        "What a booking was for is kept two years after its end, to answer questions about use and utilisation.",
    ),
    RetentionSeed(
        "tax_party",
        1825,
        "세금계산서의 거래 상대방 정보는 국세기본법에 따라 마지막 사용내역서를 발행한 뒤 5년간 보관합니다.",
        (
            "Particulars of the buyers of tax invoices are kept five years after the last statement, as tax law asks "
            "of the papers of a supply."
        ),
    ),
    RetentionSeed(
        "company_contact",
        1825,
        "기업 담당자 정보와 면담 기록은 기업이 이탈·퇴거한 뒤 5년간 보관합니다. 지원 이력은 담당자 정보 없이 남습니다.",
        (
            "A company's contact person and notes of meetings are kept five years after it departed; what it was "
            "given stays, without them."
        ),
    ),
    RetentionSeed(
        "guardian_consent",
        1825,
        "법정대리인의 동의 기록은 동의를 증명하기 위해 기록한 날부터 5년간 보관합니다.",
        "A guardian's consent is kept five years after it was recorded, to show that it was given.",
    ),
    RetentionSeed(
        "learner_without_place",
        180,
        "선발되지 않은 지원자의 교육 신청 내용과 점수는 교육 과정이 끝난 뒤 180일까지 보관합니다.",
        "What applicants without a place wrote, and their points, are kept 180 days after the course ended.",
    ),
    RetentionSeed(
        "learner",
        1825,
        "교육생의 신청 내용, 점수, 출결은 교육 과정이 끝난 뒤 5년간 보관합니다. 수료와 취업 여부는 집계로 남습니다.",
        (
            "A learner's application, points and attendance are kept five years after the course; that they completed "
            "it and were hired stays as a count."
        ),
    ),
    RetentionSeed(
        "training_aid",
        1825,
        (
            "훈련장려금 지급 내역은 정산의 증빙으로서 확정 후 5년간 보관합니다(보조금 관리에 관한 법률에 준함). "
            "금액은 남습니다."
        ),
        (
            "Living aid paid to a learner is kept five years after it was fixed, as evidence of the settlement (after "
            "the Subsidy Management Act); amounts stay without the person."
        ),
    ),
    RetentionSeed(
        "wage_claim",
        1825,
        (
            "채용장려금 신청의 재직 증빙은 정산의 증빙으로서 신청 후 5년간 보관합니다(보조금 관리에 관한 법률에 준함). "
            "신청한 달과 금액은 남습니다."
        ),
        (
            "The paper of a claim of wage aid is kept five years after it was claimed, as evidence of the settlement "
            "(after the Subsidy Management Act); months and amounts stay."
        ),
    ),
    RetentionSeed(
        "certificate",
        3650,
        "수료증의 이름은 진위 확인을 위해 발급한 날부터 10년간 보관합니다.",
        "The name on a certificate is kept ten years after it was issued, so that it can be checked.",
    ),
    RetentionSeed(
        "outcome_evidence",
        1825,
        "성과보고서의 내용과 증빙 파일은 보고 대상 기간이 끝난 뒤 5년간 보관합니다. 수치와 DOI는 남습니다.",
        (
            "What an outcome report says in words and its files are kept five years after the time that it is about; "
            "numbers and DOIs stay."
        ),
    ),
    RetentionSeed(
        "tenant_bid",
        1095,
        "입주신청서의 내용은 이의신청과 감사에 답하기 위해 결정 또는 입주 종료 후 3년간 보관합니다.",
        "What a bid for the camp says is kept three years after the decision or the tenancy, to answer appeals.",
    ),
    RetentionSeed(
        "resident",
        1095,
        "입주자의 출입 권한 기록은 퇴거 후 3년간 보관합니다(개인정보의 안전성 확보조치 기준에 준함).",
        "Who was a resident and when is kept three years after moving out, as a record of access given.",
    ),
    RetentionSeed(
        "visitor",
        30,
        "방문자 이름은 출입 확인에만 쓰이며 방문일 30일 뒤에 파기합니다.",
        "A visitor's name serves only at the door and is destroyed 30 days after the visit.",
    ),
    RetentionSeed(
        "upkeep",
        730,
        "유지보수 요청의 내용은 같은 고장이 되풀이되는지 보기 위해 처리가 끝난 뒤 2년간 보관합니다.",
        "What a request for repair says is kept two years after its end, to see whether the same thing breaks again.",
    ),
    RetentionSeed(
        "qualification_grant",
        1095,
        "시설·장비 이용 자격과 증빙은 이용 중 사고의 책임을 가리기 위해 유효기간이 끝난 뒤 3년간 보관합니다.",
        "Qualifications to use facilities are kept three years after they end, should an accident be looked into.",
    ),
    RetentionSeed(
        "incident",
        1825,
        "파손·사고 신고의 내용과 파일은 배상과 재발 방지를 위해 처리가 끝난 뒤 5년간 보관합니다.",
        "What a report of damage or an accident says is kept five years after its end, for claims and prevention.",
    ),
    RetentionSeed(
        "trial",
        730,
        "배분안과 정책의 모의실험 결과는 결정의 참고 자료로서 모의실험이 끝난 뒤 2년간 보관합니다.",
        "What a simulation of a plan or a policy found is kept two years, for whoever asks what was known before.",
    ),
]
