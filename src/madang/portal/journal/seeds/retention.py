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
]
