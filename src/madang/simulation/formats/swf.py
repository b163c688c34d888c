"""Reads the Standard Workload Format of the Parallel Workloads Archive, block by block with NumPy.

The format: D. G. Feitelson, D. Tsafrir, D. Krakov, "Experience with using the Parallel Workloads Archive", J. Parallel
Distrib. Comput. 74(10), 2014; 18 whole numbers a line, comments after a semicolon, -1 for what is not known.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from madang.errors import Refused
from madang.simulation.formats import streams
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices, Draft, numbered
from madang.simulation.trace import MOST, Ints

FIELDS = 18
# what a trace is made of: the field's place in the line
PLACES = {
    "job": 0,
    "submit": 1,
    "run": 3,
    "allocated": 4,
    "requested": 7,
    "estimate": 8,
    "memory": 9,
    "user": 11,
    "group": 12,
    "executable": 13,
    "queue": 14,
    "partition": 15,
}
NAMED = ("user", "group", "executable", "queue", "partition")
_DIGITS = 12  # more than any second or processor count of an archive needs, and no sum of them overflows
_HEADER = re.compile(rb"^;\s*UnixStartTime:\s*(\d{1,18})", re.MULTILINE)


def read_swf(path: Path, choices: Choices, tally: Tally) -> Draft:
    """The draft of a log. Processors are those requested, or those allocated where the request is not known.

    Memory is the request in KB a processor, times the processors. Lines must be in the order of submission.
    Refuses ``trace_field`` where `choices` name a field that the format has not.
    """
    wanted = _wanted(choices)
    parts: list[Ints] = []
    at: list[Ints] = []
    origin = 0
    for first, block in streams.blocks(path, tally):
        origin = origin or _origin(block, tally)
        comments = _leading_comments(block)
        if comments:
            first, block = first + block.count(b"\n", 0, comments), block[comments:]
        values = _quickly(block, wanted)
        if values is None:
            values, line = _line_by_line(block, first, wanted, tally)
        else:
            line = np.arange(first, first + values.shape[1])
        parts.append(values)
        at.append(line)
    empty = np.zeros((len(wanted), 0), np.int64)
    table = np.concatenate(parts, axis=1) if parts else empty
    return _draft(dict(zip(wanted, table, strict=True)), np.concatenate(at) if at else empty[0], origin, choices)


def _wanted(choices: Choices) -> list[str]:
    named = [choices.account_field or "user", *([choices.class_field] if choices.class_field else [])]
    for one in named:
        if one not in NAMED:
            raise Refused("trace_field", field=one, known=", ".join(NAMED))
    return [name for name in PLACES if name not in NAMED or name in named]


def _draft(found: dict[str, Ints], line: Ints, origin: int, choices: Choices) -> Draft:
    unknown = (found["requested"] == -1) | (found["requested"] == 0)
    processors = np.where(unknown, found["allocated"], found["requested"])
    memory = found["memory"]
    columns = {
        "job": found["job"],
        "submit": found["submit"],
        "run": found["run"],
        "estimate": found["estimate"],
        "processors": processors,
        "memory_mb": np.where(memory > 0, -(-memory * np.maximum(processors, 0) // 1024), np.minimum(memory, -1)),
    }
    labels = {}
    columns["account"], labels["accounts"] = numbered(found[choices.account_field or "user"])
    if choices.class_field:
        columns["share_class"], labels["classes"] = numbered(found[choices.class_field])
    return Draft(columns, line, labels, origin=origin, ascending=True)


def _origin(block: bytes, tally: Tally) -> int:
    """The epoch second of the log's zero where the block's heading names it, else 0."""
    found = _HEADER.search(block) if block.startswith(b";") else None
    if found is None:
        return 0
    if int(found[1]) > MOST:
        tally.bad("too_large", block.count(b"\n", 0, found.start()) + 1, "UnixStartTime", int(found[1]))
        return 0
    return int(found[1])


def _leading_comments(block: bytes) -> int:
    """How many bytes of the block are comment lines at its beginning."""
    at = 0
    while block.startswith(b";", at):
        at = block.index(b"\n", at) + 1
    return at


def _quickly(block: bytes, wanted: list[str]) -> Ints | None:
    """The wanted columns, one a row, of a block in which every line is 18 whole numbers; None for any other block."""
    text = np.frombuffer(block, np.uint8)
    blank = text <= 32
    turns = np.flatnonzero(blank[:-1] != blank[1:]) + 1
    if len(text) and not blank[0]:
        turns = np.concatenate((np.zeros(1, turns.dtype), turns))
    begins, ends = turns[::2], turns[1::2]
    newlines = np.flatnonzero(text == 10)
    if len(begins) != FIELDS * len(newlines):
        return None
    heads, tails = begins[::FIELDS], ends[FIELDS - 1 :: FIELDS]
    if (tails > newlines).any() or (heads[1:] < newlines[:-1]).any():
        return None
    table = np.empty((len(wanted), len(newlines)), np.int64)
    for row, name in enumerate(wanted):
        place = PLACES[name]
        if not _numbers(text, begins[place::FIELDS], ends[place::FIELDS], table[row]):
            return None
    return table


def _numbers(text: np.ndarray[tuple[int], np.dtype[np.uint8]], begin: Ints, end: Ints, into: Ints) -> bool:
    """Writes the number in each ``text[begin:end]``; False where one is no plain whole number of at most 12 digits."""
    negative = text[begin] == 45
    start = begin + negative
    length = end - start
    longest = int(length.max(initial=0))
    if longest > _DIGITS or int(length.min(initial=1)) < 1:
        return False
    into[:] = 0
    # Units first: the digits of a column's short numbers run out, and only the long ones go on.
    rows: Ints | slice = slice(None)
    last, power = end - 1, 1
    for place in range(longest):
        if place:
            left = length > place
            if not left.all():
                rows = np.flatnonzero(left) if isinstance(rows, slice) else rows[left]
                last, length = last[left], length[left]
        digit = text[last - place] - np.uint8(48)
        if (digit > 9).any():
            return False
        into[rows] += digit.astype(np.int64) * power
        power *= 10
    np.negative(into, out=into, where=negative)
    return True


def _line_by_line(block: bytes, first: int, wanted: list[str], tally: Tally) -> tuple[Ints, Ints]:
    """The same for any block: comments and empty lines are passed over, a line that is not well formed is a bad row."""
    rows, at = [], []
    for number, text in enumerate(block.split(b"\n")[:-1], start=first):
        words = text.split()
        if not words or words[0].startswith(b";"):
            continue
        if len(words) != FIELDS:
            tally.bad("columns", number, "", len(words))
            continue
        found = _whole(words, wanted, number, tally)
        if found is not None:
            rows.append(found)
            at.append(number)
    table = np.array(rows, np.int64).T if rows else np.zeros((len(wanted), 0), np.int64)
    return table, np.array(at, np.int64)


def _whole(words: list[bytes], wanted: list[str], number: int, tally: Tally) -> list[int] | None:
    found = []
    for name in wanted:
        word = words[PLACES[name]]
        digits = word[1:] if word.startswith(b"-") else word
        if not digits.isdigit() or len(digits) > _DIGITS:
            tally.bad("not_a_number", number, name, word.decode("utf-8", "replace"))
            return None
        found.append(int(word))
    return found
