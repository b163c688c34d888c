"""Times the smear reader from JPEG files to detections on this machine, and the memory that it took.

python benchmarks/smear_reader/speed.py --fields DIR [--shrink 2.57] [--threads 2] [--rounds 3]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

from smear_reader.detector import Detector
from smear_reader.folders import images
from smear_reader.images import read


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=Path, required=True, help="a folder of fields of five megapixels")
    parser.add_argument("--shrink", type=float, default=2.57)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    detector, paths = Detector(threads=given.threads), images(given.fields)
    one(detector, paths[0], given.shrink)
    walls, cores = [], []
    for _ in range(given.rounds):
        wall, used = time.perf_counter(), time.process_time()
        for path in paths:
            one(detector, path, given.shrink)
        walls.append(len(paths) / (time.perf_counter() - wall))
        cores.append((time.process_time() - used) / len(paths))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("python " + " ".join(sys.argv))
    print(f"{len(paths)} fields, {given.rounds} rounds, {given.threads} threads")
    print(f"fields a second: {statistics.median(walls):.1f} (each round: {', '.join(f'{w:.1f}' for w in walls)})")
    print(f"seconds of processor for one field: {statistics.median(cores):.3f}")
    print(
        f"slides of 100 fields an hour: {statistics.median(walls) * 36:.0f}; acquisition by the microscope comes on top"
    )
    print(f"most memory: {memory:.0f} MiB")
    return 0


def one(detector: Detector, path: Path, shrink: float) -> int:
    """Reads and detects; how many places were found."""
    image, before = read(path, shrink=shrink)
    return len(detector.detect(image, shrink / before))


if __name__ == "__main__":
    raise SystemExit(main())
