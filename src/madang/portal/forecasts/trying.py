"""The child process that answers one trial; only here, away from web and worker, is NumPy loaded.

python -m madang.portal.forecasts.trying FOLDER
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.portal import children
from madang.portal.forecasts import benching, effects

MODULE = "madang.portal.forecasts.trying"
# where a child leaves the library's own page, in each language
REPORT = "report-{language}.html"
LANGUAGES = ("ko", "en")


def die_with_parent() -> None:
    """Has Linux end this process when its parent dies: a compiled engine holds the interpreter for minutes, and the
    thread that otherwise follows the parent does not come to its turn.
    """
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def main(folder: Path) -> int:
    """Answers what lies in the folder; the exit status."""

    def answer(given: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        if given["kind"] == "plan":
            return effects.answer(given, tell)
        found, runs = benching.answer(given, tell)
        for language in LANGUAGES:
            (folder / REPORT.format(language=language)).write_text(
                benching.page(given, runs, language), encoding="utf-8"
            )
        return found

    # nobody's work waits for a trial
    os.nice(10)
    die_with_parent()
    return children.answer(folder, answer)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
