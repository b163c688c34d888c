"""By which words a list of companies names its columns, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, ...]] = {
    "name": ("기업명", "회사명", "업체명", "기업", "상호", "name", "company"),
    "name_en": ("영문기업명", "영문명", "영문이름", "nameinenglish", "englishname"),
    "registration_number": ("사업자등록번호", "사업자번호", "businessregistrationnumber"),
    "field": ("업종", "사업분야", "분야", "field", "fieldofbusiness"),
    "contact": ("담당자", "기업담당자", "contactperson"),
    "contact_on": ("최초접촉일", "접촉일", "최초접촉", "contact", "firstcontact", "firstcontacton"),
    "visit_on": ("방문일", "방문", "현장방문일", "visit", "visiton"),
    "memorandum_on": (
        "업무협약일",
        "업무협약체결일",
        "mou체결일",
        "mou일",
        "업무협약",
        "업무협약(mou)",
        "memorandum",
        "memorandumon",
    ),
    "plan_on": ("투자계획일", "이전계획일", "계획일", "투자계획", "plan", "plantoinvest", "planon"),
    "lease_on": ("임대차계약일", "계약일", "임대차계약", "lease", "leaseon"),
    "office_on": ("사무소개소일", "개소일", "사무실개소일", "사무소개소", "officeopened", "officeopenedon"),
    "office_number": (
        "사무소사업자등록번호",
        "지점사업자등록번호",
        "office'sbusinessregistrationnumber",
        "officenumber",
    ),
    "office_address": ("사무소주소", "사무실주소", "주소", "office'saddress", "officeaddress", "address"),
    "staff": ("상주인원", "근무인원", "인원", "직원수", "staff", "peopleworkingthere"),
    "staff_on": ("인원기준일", "인원확인일", "countedon", "staffcountedon"),
    "left_on": ("퇴거일", "이탈일", "철수일", "이탈·퇴거", "left", "departed", "lefton"),
    "evidence": ("증빙", "근거", "evidence"),
}  # fmt: skip
# heading without spaces and in small letters -> our word
HEADINGS: Mapping[str, str] = {heading: name for name, words in _WORDS.items() for heading in words}
