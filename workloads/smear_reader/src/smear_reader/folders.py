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

COLUMNS = ("label", "x", "y", "width", "height")
OTHER_NAMES = {"tb": SINGLE, "tbbacillus": SINGLE, "afb": SINGLE, "bacillus": SINGLE, "bacilli": SINGLE}
MOST_MARK_BYTES = 32 * 2**20


@dataclass(frozen=True)
class MarksError(Exception):
    """Marks that cannot be used: which file, which line or element, and what is wrong with it."""

    path: Path
    where: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.path}: {self.where}: {self.wrong}"


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
            raise MarksError(path, "line 1", f"the columns must be {','.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            yield _mark(path, f"line {number}", str(row["label"]), [row[name] for name in COLUMNS[1:]])


def _voc(path: Path) -> Iterator[Mark]:
    if path.stat().st_size > MOST_MARK_BYTES or b"<!ENTITY" in path.read_bytes():
        raise MarksError(path, "file", "too large, or declares entities")
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as wrong:
        raise MarksError(path, "file", f"not XML ({wrong})") from wrong
    for number, thing in enumerate(root.iter("object"), start=1):
        corners = [thing.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")]
        left, top, right, bottom = _numbers(path, f"object {number}", corners)
        yield _mark(path, f"object {number}", thing.findtext("name") or "", [left, top, right - left, bottom - top])


def _coco(path: Path) -> dict[str, tuple[Mark, ...]]:
    if path.stat().st_size > MOST_MARK_BYTES:
        raise MarksError(path, "file", "too large")
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        names = {entry["id"]: str(entry["name"]) for entry in written["categories"]}
        found: dict[object, list[Mark]] = {entry["id"]: [] for entry in written["images"]}
        files = {entry["id"]: str(entry["file_name"]) for entry in written["images"]}
        for number, entry in enumerate(written["annotations"], start=1):
            where = f"annotation {number}"
            found[entry["image_id"]].append(_mark(path, where, names[entry["category_id"]], list(entry["bbox"])))
    except (ValueError, KeyError, TypeError) as wrong:
        raise MarksError(path, "file", f"not COCO ({wrong!r})") from wrong
    return {files[image]: tuple(marks) for image, marks in found.items()}


def _numbers(path: Path, where: str, written: Sequence[object]) -> list[float]:
    try:
        return [float(str(value)) for value in written]
    except ValueError as wrong:
        raise MarksError(path, where, "not a number") from wrong


def _mark(path: Path, where: str, label: str, box: list[object]) -> Mark:
    name = OTHER_NAMES.get(label.strip().lower(), label.strip().lower())
    if name not in LABELS:
        raise MarksError(path, where, f"label '{label}' is none of {', '.join(LABELS)}")
    if len(box) != 4:
        raise MarksError(path, where, "a box has four numbers")
    x, y, width, height = _numbers(path, where, box)
    if not (width > 0 and height > 0):
        raise MarksError(path, where, "the box has no area")
    return Mark(name, x, y, width, height)
