"""Sets an agreement as a PDF with the fonts of the system; called outside transactions, since it takes a while.

The typesetter is loaded only in the process that this module is run as, which ends with the document.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from madang.errors import Refused
from madang.portal import apart

# Families that hold Hangul, best first; the first that is installed is used.
FAMILIES = ("Noto Serif CJK KR", "Noto Sans CJK KR", "NanumMyeongjo", "NanumGothic", "Pretendard", "UnDotum")
# All that varies comes as inputs, so that no title can become markup.
_TEMPLATE = """
#let given = json(bytes(sys.inputs.agreement))
#set page(paper: "a4", margin: 25mm, numbering: "1 / 1")
#set text(font: given.family, lang: given.language, size: 10.5pt)
#set document(title: given.number)
#for part in given.parts {
  if part.heading { heading(level: 2, part.text) } else { par(part.text) }
}
#v(10mm)
#text(size: 8pt)[SHA-256 #given.sha256]
"""


def family() -> str:
    """The Korean font that is used. Refused "font_missing" with the packages to install where there is none."""
    import typst

    installed = set(typst.Fonts().families())
    for name in FAMILIES:
        if name in installed:
            return name
    raise Refused("font_missing", packages="fonts-noto-cjk, fonts-nanum")


def pdf(*, number: str, text: str, sha256: str, language: str) -> bytes:
    """The agreement's text in one language as a PDF file. Refused "font_missing" as above."""
    parts = [_part(paragraph) for paragraph in text.strip().split("\n\n")]
    return apart.made(__spec__.name, {"language": language, "number": number, "sha256": sha256, "parts": parts})


def typeset(given: dict[str, Any]) -> bytes:
    """The file itself, made in this process."""
    import typst

    inputs = {"agreement": json.dumps({**given, "family": family()}, ensure_ascii=False)}
    return bytes(typst.compile(_TEMPLATE.encode(), sys_inputs=inputs))


def _part(paragraph: str) -> dict[str, object]:
    heading = paragraph.startswith("# ")
    return {"heading": heading, "text": paragraph.removeprefix("# ").strip()}


if __name__ == "__main__":
    sys.exit(apart.answer(typeset))
