"""The corporate forms that are set aside when two names of a company are compared."""

from __future__ import annotations

import re

# the short forms, which stand in brackets
BRACKETED = re.compile(r"\((주|유|합|재|사)\)")
# stands before or after the name, with or without a space
AHEAD = (
    "유한책임회사", "농업회사법인", "사회적협동조합", "주식회사", "유한회사", "합자회사", "합명회사",
    "협동조합", "재단법인", "사단법인",
)  # fmt: skip
# words at the end of a name in Latin letters, in small letters without their stops
BEHIND = frozenset(
    {
        "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "plc", "gmbh",
        "ag", "sa", "pte", "pty", "kk", "bv",
    }
)  # fmt: skip
