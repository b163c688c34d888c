"""Asks the registry of DOIs what a paper is called, where the centre's settings name one and its network allows it.

The answer is citation data as JSON (CSL-JSON), which the registry's resolver gives or leads to by content negotiation
(DOI Foundation, *DOI Content Negotiation*). What comes is a stranger's: bounded in size and time, and only ever text.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

CITATION = "application/vnd.citationstyles.csl+json"
# where the registry's resolver leads for such data: the agencies at which papers are registered
AGENCIES = frozenset({"api.crossref.org", "data.crossref.org", "data.crosscite.org", "api.datacite.org"})
MOST_BYTES, MOST_SECONDS, MOST_STEPS = 1_000_000, 5.0, 4
TITLE_LIMIT, CONTAINER_LIMIT = 300, 200


class NoAnswer(Exception):
    """The registry did not answer in time, at all, or in a way that can be read."""


@dataclass(frozen=True)
class Paper:
    """What is registered under a DOI; an empty `title`: nothing is."""

    title: str = ""
    container: str = ""
    year: int | None = None


def look_up(resolver: str, doi: str) -> Paper:
    """What the registry says of a DOI. Raises NoAnswer.

    Follows at most four hints, each to the resolver's own place or, by https, to an agency: an answer cannot make this
    machine ask its own network.
    """
    until, own = time.monotonic() + MOST_SECONDS, _place(resolver)
    url = f"{resolver.rstrip('/')}/{quote(doi)}"
    try:
        with httpx.Client(headers={"Accept": CITATION}, timeout=MOST_SECONDS, trust_env=False) as client:
            for _ in range(MOST_STEPS):
                if _place(url) != own and (urlsplit(url).scheme != "https" or urlsplit(url).netloc not in AGENCIES):
                    raise NoAnswer(f"leads to {_place(url)}")
                with client.stream("GET", url) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers["location"])
                        continue
                    return _read(answer, until)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoAnswer(str(error)) from error
    raise NoAnswer("leads on and on")


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(answer: httpx.Response, until: float) -> Paper:
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Paper()
    if answer.status_code != httpx.codes.OK:
        raise NoAnswer(f"status {answer.status_code}")
    text = b""
    for piece in answer.iter_bytes(16_384):
        text += piece
        if len(text) > MOST_BYTES or time.monotonic() > until:
            raise NoAnswer("too long")
    return paper_of(json.loads(text))


def paper_of(found: Any) -> Paper:
    """A paper out of CSL-JSON: title, journal or series, and year. Raises NoAnswer where there is no title."""
    if not isinstance(found, dict) or not (title := _text(found.get("title"), TITLE_LIMIT)):
        raise NoAnswer("no citation data")
    return Paper(title, _text(found.get("container-title"), CONTAINER_LIMIT), _year(found.get("issued")))


def _text(given: Any, most: int) -> str:
    """One line without markup and what cannot be printed; of a list the first."""
    one = given[0] if isinstance(given, list) and given else given
    plain = re.sub(r"<[^<>]{0,40}>", "", one) if isinstance(one, str) else ""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in plain).split())[:most]


def _year(issued: Any) -> int | None:
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0][0] if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0] else None
    written = isinstance(first, str) and re.fullmatch(r"[0-9]{4}", first)
    year = int(first) if isinstance(first, int) or written else None
    return year if year is not None and 1000 <= year <= 9999 else None
