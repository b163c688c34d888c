"""The child process that answers one study; only here, away from web and worker, is NumPy loaded.

python -m madang.portal.forecasts.studying FOLDER
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.portal import children
from madang.portal.forecasts import benching, effects

MODULE = "madang.portal.forecasts.studying"
# where a child leaves the library's own page, in each language
REPORT = "report-{language}.html"
LANGUAGES = ("ko", "en")


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

    # nobody's work waits for a study
    os.nice(10)
    return children.answer(folder, answer)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
