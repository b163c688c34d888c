"""Runs inside the centre's own environment: reads steps as lines of JSON, carries them out, answers in JSON."""

from __future__ import annotations

import json
import os
import sys

import django


def serve() -> None:
    """Answers until the asking ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "madang.portal.settings"
    django.setup()
    # The steps import tables, which are there only now.
    from steps import STEPS

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"value": STEPS[asked["step"]](**asked["given"])}
        except Exception as fault:
            answer = {"fault": repr(fault)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
