"""Names that are evidently made up: coined stems, a trade word and a serial, in Korean and in letters."""

from __future__ import annotations

import random
from dataclasses import dataclass

from madang.portal.people.rules import check_digit

_FIRST = ["너", "도", "모", "소", "온", "푸", "하", "겨", "루", "미"]
_SECOND = ["슬", "슴", "겹", "늪", "꼽", "뭇", "랏", "벼", "엮", "잣"]
_FIRST_EN = ["Neo", "Do", "Mo", "So", "On", "Pu", "Ha", "Gyeo", "Ru", "Mi"]
_SECOND_EN = ["seul", "seum", "gyeop", "neup", "kkop", "mut", "rat", "byeo", "yeok", "jat"]
_TRADES = [
    ("비전", "Vision"), ("로보틱스", "Robotics"), ("메디컬", "Medical"), ("데이터", "Data"), ("에너지", "Energy"),
    ("모빌리티", "Mobility"), ("랩스", "Labs"), ("시스템", "Systems"), ("콘텐츠", "Contents"), ("에듀", "Edu"),
    ("소프트", "Soft"), ("바이오", "Bio"),
]  # fmt: skip
# the sector of a firm whose name has the trade
SECTORS = {
    "Vision": "information", "Robotics": "manufacturing", "Medical": "health", "Data": "information",
    "Energy": "energy", "Mobility": "manufacturing", "Labs": "science", "Systems": "information",
    "Contents": "culture", "Edu": "education", "Soft": "information", "Bio": "science",
}  # fmt: skip
_FIELDS = [
    ("언어·생성형 AI", "한국어 문서", "요약"), ("시각·영상", "산업 영상", "결함 판독"), ("의료·바이오", "객담 도말", "판독 보조"),
    ("제조·로봇", "로봇 팔", "동작 계획"), ("모빌리티·자율주행", "도심 주행", "장면 이해"), ("에너지·기후", "전력 수요", "예측"),
    ("금융·법률·공공", "민원 문서", "분류"), ("콘텐츠·교육", "학습 문항", "생성"), ("기초과학", "분자 구조", "탐색"),
    ("음성·오디오", "방언 음성", "인식"), ("AI 반도체·시스템", "추론 가속", "최적화"), ("보안", "이상 접속", "탐지"),
]  # fmt: skip
_METHODS = ["변환기", "확산 모델", "그래프 신경망", "강화학습", "대조 학습", "전문가 혼합", "자기지도 학습", "증류"]
_FAMILY = ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"]

MIDDLE = {"company": "81", "university": "82", "research_institute": "82", "public_body": "83"}


@dataclass(frozen=True)
class Named:
    """An organisation's two names and its registration number, ten digits with the prefix 000 that no tax office has."""

    korean: str
    english: str
    registration_number: str


def registration_number(kind: str, serial: int) -> str:
    """The serial-th well-formed number of a kind; serial below 10,000."""
    nine = f"000{MIDDLE[kind]}{serial:04d}"
    return f"{nine}{check_digit([int(digit) for digit in nine])}"


def organisation(kind: str, serial: int, draw: random.Random) -> Named:
    """The serial-th organisation of a kind; the serial makes the name its own."""
    first, second = draw.randrange(10), draw.randrange(10)
    stem, stem_en = _FIRST[first] + _SECOND[second], (_FIRST_EN[first] + _SECOND_EN[second])
    number = registration_number(kind, serial)
    if kind == "university":
        return Named(f"한{stem}대학교 {serial:03d}(가상)", f"Han{stem_en} University {serial:03d} (generated)", number)
    if kind == "research_institute":
        return Named(f"{stem}기술연구원 {serial:03d}(가상)", f"{stem_en} Institute {serial:03d} (generated)", number)
    trade, trade_en = draw.choice(_TRADES)
    return Named(f"(주){stem}{trade} {serial:03d}", f"{stem_en} {trade_en} {serial:03d} Co., Ltd. (generated)", number)


def project(draw: random.Random) -> tuple[str, str]:
    """A project's title and its field, put together from words."""
    field, thing, deed = draw.choice(_FIELDS)
    return f"{draw.choice(_METHODS)} 기반 {thing} {deed} 기술 개발", field


def person(word: str, serial: int, draw: random.Random) -> str:
    """A person's evidently made name: family name, role, number."""
    return f"{draw.choice(_FAMILY)}{word} {serial:02d}"
