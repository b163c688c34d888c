"""What people of the journeys have at hand: a small PDF, a script, particulars, dates, and all that they write."""

from __future__ import annotations

import ast
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from madang.demonstration import cast, names

SEOUL = ZoneInfo("Asia/Seoul")
CALL = "cores-2026"
SCRIPT = """\
import pathlib, sys
numbers = [int(line) for line in pathlib.Path("numbers.txt").read_text().split()]
end = __import__("time").monotonic() + 1.5
while __import__("time").monotonic() < end:
    sum(number * number for number in numbers)
print("sum of squares:", sum(number * number for number in numbers), flush=True)
pathlib.Path("result.txt").write_text(str(sum(numbers)))
"""


def written_by_people() -> set[str]:
    """Every text with Hangul in the journeys' own files and in the cast's names: it is people's, not the portal's."""
    files = [*Path(__file__).parent.glob("*.py"), Path(cast.__file__)]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {text.strip() for text in texts if re.search("[가-힣]", text)}


def small_pdf(words: str) -> bytes:
    """A PDF of one page with a line of words, each object where its table says."""
    stream = f"BT /F1 18 Tf 72 720 Td ({words}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return written + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def kept(folder: Path, name: str, content: str | bytes) -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def number_of(kind: str, serial: int) -> str:
    """A well-formed business registration number that belongs to nobody."""
    return names.registration_number(kind, serial)


def minute(after_seconds: int) -> str:
    """The first whole minute that is at least so many seconds away, as a browser's field takes it."""
    at = datetime.now(SEOUL) + timedelta(seconds=after_seconds)
    whole = at.replace(second=0, microsecond=0)
    return f"{whole + timedelta(minutes=1) if whole < at else whole:%Y-%m-%dT%H:%M}"


def this_month() -> str:
    """The calendar month of the centre."""
    return f"{datetime.now(SEOUL):%Y-%m}"
