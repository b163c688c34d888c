"""Makes totals comparable in a process of its own: started by `apart.made`, it loads what the web never does."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from madang.portal import apart
from madang.review.calibration import calibrate, would_change


def answer(given: dict[str, Any]) -> bytes:
    """What `madang.review.calibration` finds in `totals`, rows of (application, reviewer, thousandths)."""
    found = calibrate({(application, reviewer): total for application, reviewer, total in given["totals"]})
    come, go = would_change(found.applications, given["places"])
    return json.dumps({**asdict(found), "come": come, "go": go}).encode()


if __name__ == "__main__":
    sys.exit(apart.answer(answer))
