"""By which words a file of experts names its columns, and people name languages, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("성명", "이름", "name"),
    "email": ("전자우편", "이메일", "email", "e-mail", "e-mailaddress"),
    "fields": ("전문분야", "분야", "fields"),
    "languages": ("언어", "languages"),
    "region": ("지역", "region"),
    "load_limit": ("최대평가건수", "동시평가한도", "openreviewsatmost", "loadlimit"),
    "other_names": ("다른이름표기", "영문성명", "otherspellings"),
    "organisation": ("소속", "기관", "기관명", "organisation", "worksat"),
    "department": ("부서", "학과", "소속부서", "department"),
    "registration_number": ("사업자등록번호", "businessregistrationnumber"),
    "since": ("재직시작일", "시작일", "since"),
    "until": ("재직종료일", "종료일", "until"),
}
# heading without spaces and in small letters -> our word
HEADINGS: Mapping[str, str] = {heading: name for name, words in _WORDS.items() for heading in words}
# a language as people write it -> its code (ISO 639-1)
LANGUAGES: Mapping[str, str] = {
    written: code
    for code, words in {
        "ko": ("한국어", "국어", "korean"),
        "en": ("영어", "english"),
        "ja": ("일본어", "japanese"),
        "zh": ("중국어", "chinese"),
        "de": ("독일어", "german"),
        "fr": ("프랑스어", "french"),
        "es": ("스페인어", "spanish"),
        "ru": ("러시아어", "russian"),
    }.items()
    for written in (code, *words)
}
