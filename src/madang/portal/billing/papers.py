"""Sets a statement as a tagged PDF (PDF/UA-1) with the fonts of the system embedded; called outside transactions.

The typesetter is loaded only in the process that this module is run as, which ends with the document.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from madang.portal import apart
from madang.portal.agreements.documents import family

# All that varies comes as inputs, so that no name can become markup.
_TEMPLATE = """
#let given = json(bytes(sys.inputs.statement))
#set page(paper: "a4", flipped: true, margin: 15mm, numbering: "1 / 1")
#set text(font: given.family, lang: given.language, size: 8.5pt)
#set document(title: given.title)
#heading(level: 1, given.title)
#for fact in given.facts { par([#strong(fact.at(0)): #fact.at(1)]) }
#let columns = given.headings.len()
#table(
  columns: (auto, 1fr) + (auto,) * (columns - 2),
  align: (column, row) => if column < 3 { left } else { right },
  stroke: 0.4pt + luma(160),
  table.header(..given.headings.map(one => strong(one))),
  ..given.rows.flatten(),
  ..given.totals.map(one => strong(one)),
)
#for note in given.notes { par(note) }
"""


def pdf(written: dict[str, Any]) -> bytes:
    """What `exports.written` gave as a PDF file. Refused "font_missing" where the system has no Korean font."""
    return apart.made(__spec__.name, written)


def typeset(given: dict[str, Any]) -> bytes:
    """The file itself, made in this process."""
    import typst

    inputs = {"statement": json.dumps({**given, "family": family()}, ensure_ascii=False)}
    return bytes(typst.compile(_TEMPLATE.encode(), sys_inputs=inputs, pdf_standards=["ua-1"]))


if __name__ == "__main__":
    sys.exit(apart.answer(typeset))
