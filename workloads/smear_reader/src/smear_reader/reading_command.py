"""The verbs `read`, `confirm`, `calibrate` and `simulate` of the command."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from smear_reader.calibration import (
    STEPS,
    Calibration,
    CalibrationError,
    NegativeSlide,
    digest,
    load,
    negative_slide,
    threshold_for,
    usable,
)
from smear_reader.calibration import write as write_calibration
from smear_reader.confirming import answered, keep, kept, latest
from smear_reader.detector import SHIPPED, Detector
from smear_reader.folders import images, marked
from smear_reader.images import UnreadableError, read
from smear_reader.marks import BACILLI
from smear_reader.reading import REFERENCE_UM2, Settings, Slide, read_slide
from smear_reader.record import Record, opened, recorded, save, summary
from smear_reader.report import report
from smear_reader.scales import find_shrink
from smear_reader.simulation import simulated
from smear_reader.words import GRADES, NOT_A_DEVICE, SaidError, say, shell_language, text

Sources = list[tuple[str, Path | bytes]]


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the verbs to the command's own."""
    see = verbs.add_parser("read", help="read fields, a slide folder or a folder of them, and say what may be said")
    see.add_argument("fields", nargs="+", help="images, folders, or - for a stream of paths, one a line")
    see.add_argument("--report", type=Path, help="write the report as HTML (a folder, where several slides are read)")
    see.add_argument("--out", type=Path, help="keep the reading, for `confirm` (a folder, where several are read)")
    see.add_argument("--calibration", type=Path, help="the site's calibration; without one no result is released")
    see.add_argument("--sample", help="the sample's code; by default the folder's name")
    see.add_argument("--all", action="store_true", help="read every field, although the table can answer earlier")
    see.add_argument("--json", action="store_true")
    _scale(see)
    see.set_defaults(run=_read)
    confirm = verbs.add_parser("confirm", help="keep a person's word on the pictures of a reading")
    confirm.add_argument("reading", type=Path, help="what `read --out` wrote")
    confirm.add_argument("--who", required=True, help="who looked at the pictures")
    confirm.add_argument("--bacilli", default="", help="the numbers of the pictures that are bacilli, as 1,2,5")
    confirm.add_argument("--report", type=Path, help="write the report anew")
    confirm.set_defaults(run=_confirm)
    site = verbs.add_parser("calibrate", help="measure a site's false alarms on at least 20 negative slides")
    site.add_argument("--site", required=True, help="the laboratory and microscope, as reports name them")
    site.add_argument("--negatives", type=Path, required=True, help="a folder with a folder of fields for each slide")
    site.add_argument("--marked", type=Path, help="a folder of marked fields of this microscope, to measure recall")
    site.add_argument("--recall", help="what was measured elsewhere, as FOUND/BACILLI")
    site.add_argument("--false-alarms", type=float, help="choose the threshold so that a field has at most so many")
    site.add_argument("--out", type=Path, required=True)
    _scale(site)
    site.set_defaults(run=_calibrate)
    made = verbs.add_parser("simulate", help="what stopping early does to grades, and false alarms to specificity")
    made.add_argument("--slides", type=int, default=2000)
    made.add_argument(
        "--spread", type=float, default=0.0, help="how unevenly bacilli lie: squared variation of a field"
    )
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--json", action="store_true")
    made.set_defaults(run=_simulate)


def _scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, default=SHIPPED, help="an ONNX model; the shipped weights by default")
    parser.add_argument("--pixel-size", help="micrometres that one pixel shows; else each image counts as one field")
    parser.add_argument("--shrink", type=float, help="by how much the images are larger than the working scale")
    parser.add_argument("--reference-area", type=int, default=REFERENCE_UM2, help="square micrometres of a field")


def pixel_nm(written: str | None) -> int | None:
    """Micrometres as a person writes them, in whole nanometres. ``ValueError`` for anything that is no such length."""
    if written is None:
        return None
    try:
        found = int(Decimal(written) * 1000)
    except (InvalidOperation, ValueError, OverflowError) as wrong:
        raise SaidError(
            text("a pixel size is written in micrometres, as 0.065, not {written}"), written=written
        ) from wrong
    if not 10 <= found <= 2000:
        raise SaidError(text("a pixel of {written} micrometres is no microscope's"), written=written)
    return found


def _settings(given: argparse.Namespace, detector: Detector, sources: Sources) -> Settings:
    shrink = given.shrink if given.shrink is not None else _found_shrink(detector, sources)
    if not 0.2 <= shrink <= 20:
        raise SaidError(text("the scale must lie between 0.2 and 20"))
    return Settings(shrink, detector.facts.threshold, pixel_nm(given.pixel_size), given.reference_area)


def _found_shrink(detector: Detector, sources: Sources) -> float:
    """The scale of a few readable fields; 1 where none can be read."""
    seen = []
    for _, source in sources[:: max(1, len(sources) // 6)]:
        try:
            seen.append(read(source)[0])
        except (UnreadableError, OSError):
            continue
    return find_shrink(detector, seen) if seen else 1.0


def slides_of(fields: list[str], sample: str | None) -> Iterator[tuple[str, Sources]]:
    """(name, its images) of each slide named: images together are one, a folder is one, its folders are one each."""
    if fields == ["-"]:
        yield sample or "stream", []
        return
    single = [Path(name) for name in fields if not Path(name).is_dir()]
    if single:
        yield sample or single[0].stem, [(path.name, path) for path in single]
    for folder in (Path(name) for name in fields if Path(name).is_dir()):
        below = sorted(path for path in folder.iterdir() if path.is_dir() and images(path))
        found = images(folder)
        if found or not below:
            yield sample or folder.resolve().name, _within(folder)
        for path in below:
            yield path.name, _within(path)


def _streamed() -> Iterator[tuple[str, Path | bytes]]:
    for line in sys.stdin:
        if line.strip():
            yield Path(line.strip()).name, Path(line.strip())


def _read(given: argparse.Namespace) -> int:
    detector = Detector(given.model, threads=1)
    calibration = load(given.calibration, given.model) if given.calibration else None
    slides = list(slides_of(given.fields, given.sample))
    said = []
    for name, sources in slides:
        stream = given.fields == ["-"]
        settings = calibration.settings if calibration else _settings(given, detector, sources)
        slide = Slide(settings)
        for slide, field in read_slide(detector, _streamed() if stream else sources, settings, whole=given.all):
            if stream or not given.json:
                line = {"field": field.number, "name": field.name, "fault": field.fault, "counted": field.counted}
                print(
                    json.dumps(line | {"enough": slide.enough}), file=sys.stdout if stream else sys.stderr, flush=True
                )
        record = recorded(name, slide, calibration, digest(given.model), datetime.now(UTC))
        _written(given, record, several=len(slides) > 1)
        said.append(summary(record, {}))
    _said(said, given.json)
    return 0


def _written(given: argparse.Namespace, record: Record, *, several: bool) -> None:
    for where, ending in ((given.report, ".html"), (given.out, ".json")):
        if where is None:
            continue
        if several:
            where.mkdir(parents=True, exist_ok=True)
        path = where / f"{record.name}{ending}" if several else where
        if ending == ".html":
            path.write_text(report(record, []), encoding="utf-8")
        else:
            save(record, path)


def _said(said: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(said[0] if len(said) == 1 else said, ensure_ascii=False))
        return
    language = shell_language()
    for one in said:
        grade = say(language, GRADES[one["grade"]]) + ". " if one["grade"] else ""
        print(f"{one['sample']}: {grade}{say(language, one['sentence'])}")
        counts = {"readable": one["readable_fields"], "fields": one["fields"], "count": one["machine_count"]}
        print("  " + say(language, text("{readable} readable of {fields} fields, {count} places counted"), **counts))
    print(say(language, NOT_A_DEVICE))


def log_of(reading: Path) -> Path:
    """Where the answers on a reading are kept: beside it."""
    return reading.with_suffix(".confirmations.jsonl")


def _confirm(given: argparse.Namespace) -> int:
    record = opened(given.reading)
    _, shown = record.settled(latest(kept(log_of(given.reading))))
    yes = {int(number) for number in given.bacilli.split(",") if number.strip()}
    if yes - set(range(1, len(shown) + 1)):
        raise SaidError(text("there are pictures 1 to {most}"), most=len(shown))
    verdicts = [(place.key, number in yes) for number, place in enumerate(shown, start=1)]
    keep(log_of(given.reading), answered(datetime.now(UTC), given.who, record.name, verdicts))
    answers = kept(log_of(given.reading))
    if given.report:
        given.report.write_text(report(record, answers), encoding="utf-8")
    print(json.dumps(summary(record, latest(answers)), ensure_ascii=False))
    return 0


def _calibrate(given: argparse.Namespace) -> int:
    detector = Detector(given.model, threads=1)
    folders = sorted(path for path in given.negatives.iterdir() if path.is_dir())
    every: Sources = [(path.name, path) for folder in folders for path in images(folder)]
    settings = _settings(given, detector, every)
    slides = [_negative(detector, folder, settings) for folder in folders]
    kept_slides = usable(slides)
    if given.false_alarms is not None:
        threshold = threshold_for(kept_slides, given.false_alarms)
        settings = replace(settings, threshold=threshold)
    found, bacilli, source = _recall(given, detector, settings)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    calibration = Calibration(given.site, made, digest(given.model), settings, kept_slides, found, bacilli, source)
    write_calibration(calibration, given.out)
    told = {"slides": len(kept_slides), "false_alarms_per_field": round(calibration.false_alarms, 5)}
    print(
        json.dumps(
            {"calibration": str(given.out), "threshold": settings.threshold, **told, "recall": f"{found}/{bacilli}"}
        )
    )
    return 0


def _negative(detector: Detector, folder: Path, settings: Settings) -> NegativeSlide:
    """Reads a negative slide wholly, with everything that any threshold could count."""
    low = replace(settings, threshold=STEPS[0])
    *_, (slide, _) = [(Slide(low), None), *read_slide(detector, _within(folder), low, whole=True)]
    found = negative_slide(folder.name, slide)
    false = found.false(settings.threshold)
    print(f"{folder.name}: {float(slide.area):.1f} fields, {false} false alarms", file=sys.stderr)
    return found


def _within(folder: Path) -> Sources:
    return [(path.name, path) for path in images(folder)]


def _recall(given: argparse.Namespace, detector: Detector, settings: Settings) -> tuple[int, int, str]:
    """(found, bacilli, where it was measured); raises where nothing says how many bacilli the model finds."""
    if given.marked is not None:
        from smear_reader.evaluation import look

        fields = [field for field in marked(given.marked) if field.marks is not None]
        scored = [look(detector, field, settings.shrink) for field in fields]
        hits = sum(m.mark is not None and m.detection.score >= settings.threshold for s in scored for m in s.matched)
        bacilli = sum(mark.label in BACILLI for field in fields for mark in field.marks or ())
        if bacilli:
            return hits, bacilli, given.marked.name
    found, _, bacilli_written = (given.recall or "").partition("/")
    if not (found.isdigit() and bacilli_written.isdigit() and 0 < int(bacilli_written) >= int(found)):
        raise CalibrationError("no_recall", {})
    return int(found), int(bacilli_written), "given"


def _simulate(given: argparse.Namespace) -> int:
    found: dict[str, Any] = simulated(slides=given.slides, spread=given.spread, seed=given.seed)
    if given.json:
        print(json.dumps(found))
        return 0
    print("mean a field | rule | grade differs from that of 100 fields | fields read")
    for row in found["stopping"]:
        print(f"{row['mean']:>6} | {row['rule']:<16} | {100 * row['changed']:5.1f} % | {row['fields']:5.1f}")
    print("false alarms a field | negative slides of 100 fields without any: specificity of the machine alone")
    for row in found["specificity"]:
        print(f"{row['false_alarms']:>7} | {100 * row['specificity']:5.1f} %")
    return 0
