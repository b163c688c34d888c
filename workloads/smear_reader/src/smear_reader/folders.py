"""Finds the fields of a folder and their marks: CSV boxes or Pascal VOC beside each image, or one COCO file for all."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from smear_reader.images import SUFFIXES
from smear_reader.marks import LABELS, SINGLE, Mark
from smear_reader.words import text

COLUMNS = ("label", "x", "y", "width", "height")
OTHER_NAMES = {"tb": SINGLE, "tbbacillus": SINGLE, "afb": SINGLE, "bacillus": SINGLE, "bacilli": SINGLE}
MOST_MARK_BYTES = 32 * 2**20


@dataclass(frozen=True)
class MarksError(Exception):
    """Marks that cannot be used: which file, which line or element (0: the file as a whole), and what is wrong."""

    path: Path
    number: int
    wrong: str
    label: str = ""

    @property
    def sentence(self) -> str:
        return self.wrong

    @property
    def facts(self) -> dict[str, object]:
        known = {"known": ", ".join(LABELS), "columns": ",".join(COLUMNS)}
        return {"file": self.path, "number": self.number, "label": self.label, **known}

    def __str__(self) -> str:
        return self.wrong.format(**self.facts)


BAD_COLUMNS = text("{file}: the columns must be {columns}")
BAD_XML = text("{file}: not XML in the form of Pascal VOC, or too large")
BAD_COCO = text("{file}: not JSON in the form of COCO, or too large")
BAD_NUMBER = text("{file}, mark {number}: not a number")
BAD_LABEL = text("{file}, mark {number}: the label '{label}' is none of {known}")
BAD_BOX = text("{file}, mark {number}: a box has four numbers, and an area")


@dataclass(frozen=True)
class MarkedField:
    """An image and its marks; no marks at all (None) where nobody has looked."""

    path: Path
    marks: tuple[Mark, ...] | None


def images(folder: Path) -> list[Path]:
    """The images of a folder, in the order a person would number them (2 before 10)."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(found, key=lambda path: ([int(digits) for digits in re.findall(r"\d+", path.stem)], path.name))


def marked(folder: Path) -> list[MarkedField]:
    """Every image of `folder` with its marks. Raises `MarksError` at the first thing wrong with marks."""
    coco = {name: marks for path in sorted(folder.glob("*.json")) for name, marks in _coco(path).items()}
    return [MarkedField(path, _of(path, coco)) for path in images(folder)]


def _of(image: Path, coco: Mapping[str, tuple[Mark, ...]]) -> tuple[Mark, ...] | None:
    if image.name in coco:
        return coco[image.name]
    for suffix, reader in ((".csv", _boxes), (".xml", _voc)):
        beside = image.with_suffix(suffix)
        if beside.is_file():
            return tuple(reader(beside))
    return None


def _boxes(path: Path) -> Iterator[Mark]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise MarksError(path, 0, BAD_COLUMNS)
        for number, row in enumerate(rows, start=1):
            yield _mark(path, number, str(row["label"]), [row[name] for name in COLUMNS[1:]])


def _voc(path: Path) -> Iterator[Mark]:
    if path.stat().st_size > MOST_MARK_BYTES or b"<!ENTITY" in path.read_bytes():
        raise MarksError(path, 0, BAD_XML)
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as wrong:
        raise MarksError(path, 0, BAD_XML) from wrong
    for number, thing in enumerate(root.iter("object"), start=1):
        corners = [thing.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
        left, top, right, bottom = _numbers(path, number, corners)
        yield _mark(path, number, thing.findtext("name") or "", [left, top, right - left, bottom - top])


def _coco(path: Path) -> dict[str, tuple[Mark, ...]]:
    if path.stat().st_size > MOST_MARK_BYTES:
        raise MarksError(path, 0, BAD_COCO)
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        names = {entry["id"]: str(entry["name"]) for entry in written["categories"]}
        found: dict[object, list[Mark]] = {entry["id"]: [] for entry in written["images"]}
        files = {entry["id"]: str(entry["file_name"]) for entry in written["images"]}
        for number, entry in enumerate(written["annotations"], start=1):
            found[entry["image_id"]].append(_mark(path, number, names[entry["category_id"]], list(entry["bbox"])))
    except (ValueError, KeyError, TypeError) as wrong:
        raise MarksError(path, 0, BAD_COCO) from wrong
    return {files[image]: tuple(marks) for image, marks in found.items()}


def _numbers(path: Path, number: int, written: Sequence[object]) -> list[float]:
    try:
        return [float(str(value)) for value in written]
    except ValueError as wrong:
        raise MarksError(path, number, BAD_NUMBER) from wrong


def _mark(path: Path, number: int, label: str, box: list[object]) -> Mark:
    name = OTHER_NAMES.get(label.strip().lower(), label.strip().lower())
    if name not in LABELS:
        raise MarksError(path, number, BAD_LABEL, label)
    if len(box) != 4:
        raise MarksError(path, number, BAD_BOX)
    x, y, width, height = _numbers(path, number, box)
    if not (width > 0 and height > 0):
        raise MarksError(path, number, BAD_BOX)
    return Mark(name, x, y, width, height)
