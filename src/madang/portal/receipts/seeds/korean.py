"""How Korean banks write won, and in which ways a firm's legal form is written."""

from __future__ import annotations

import re

# signs that stand beside an amount and say nothing
WON = re.compile(r"[₩\s,원]")
# legal forms, which banks and registers write in many ways; after compatibility folding ㈜ reads (주)
LEGAL_FORMS = re.compile(
    r"\((?:주|유|재|사|학)\)|주식회사|유한회사|재단법인|사단법인|학교법인|\b(?:co|ltd|inc|corp)\b\.?", re.IGNORECASE
)
