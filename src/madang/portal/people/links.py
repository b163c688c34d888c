"""Signed, dated claims that travel in the links of mails: they prove an e-mail address or a wish, unstored."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from madang.errors import Refused

_SALT = "madang.people.links."


def make(purpose: str, *, now: datetime, life: timedelta, **claims: object) -> str:
    """A token for a link that can be read for `life` under the same purpose."""
    written = claims | {"until": int((now + life).timestamp())}
    return signing.dumps(written, salt=_SALT + purpose, compress=True)


def read(purpose: str, token: str, *, now: datetime) -> dict[str, Any]:
    """The claims of a token; Refused "link_invalid" when it is forged, for another purpose, or too old."""
    try:
        claims = signing.loads(token, salt=_SALT + purpose)
    except signing.BadSignature as error:
        raise Refused("link_invalid") from error
    if claims["until"] <= now.timestamp():
        raise Refused("link_invalid")
    return claims


def fingerprint(*parts: object) -> str:
    """A short mark of the present state of things, so that a link dies once they have changed."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:20]
