"""Writes the API as it stands into a file: `python -m madang.portal.openapi docs/openapi.json` after a change of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def document() -> str:
    """The document as text, the same for the same API."""
    from madang.portal.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.portal.settings")
    import django

    django.setup()
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
