"""How Koreans write firms' legal forms, and the particles that follow a name without a space."""

from __future__ import annotations

# every syllable of Hangul, as a range in a class of letters
SYLLABLES = "가-힣"
LEGAL_FORMS = (
    "주식회사", "유한회사", "유한책임회사", "합자회사", "합명회사", "재단법인", "사단법인", "학교법인", "의료법인",
    "(주)", "㈜", "(유)", "(재)", "㈶", "(사)", "㈳", "(학)", "(의)",
)  # fmt: skip
PARTICLES = (
    "은", "는", "이", "가", "을", "를", "의", "에", "와", "과", "도", "만", "로", "으로", "에서", "에게", "께서",
    "부터", "까지", "이나", "나", "란", "이란", "처럼", "보다", "라는", "이라는", "입니다", "이다", "측",
    "사", "씨", "님",
)  # fmt: skip
