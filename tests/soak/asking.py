"""People's programs at the API of a centre that may die at any moment: they ask again until they are answered."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any

import httpx

PATIENCE = 180.0
ANSWERED_LATER = {502, 503, 504}


class NeverAnswered(AssertionError):
    """A request that got no answer although it was repeated for minutes."""


def answer(url: str, token: str, path: str, **given: Any) -> httpx.Response:
    """POSTs with an Idempotency-Key until there is an answer; dead connections and 503 are tried again.

    The key of a request that died with the server stays taken for ten minutes. As what is asked for here is done once
    by itself (a job has its key, a submission its version), such a request is sent anew under another key.
    """
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    give_up, key = time.monotonic() + PATIENCE, uuid.uuid4()
    pause, last = threading.Event(), "nothing"
    while time.monotonic() < give_up:
        headers["Idempotency-Key"] = str(key)
        try:
            found = httpx.post(f"{url}/api/v1/{path}", headers=headers, timeout=30, **given)
        except httpx.TransportError as error:
            last = repr(error)
        else:
            if found.status_code == 409 and found.json()["title"] == "request_in_progress":
                key = uuid.uuid4()
            elif found.status_code not in ANSWERED_LATER:
                return found
            last = found.text
        pause.wait(0.1)
    raise NeverAnswered(f"{path}: {last}")
