"""Turns away requests that no database can look up or store: text with a NUL, numbers beyond 64 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import Http404, HttpRequest, HttpResponse

from madang.errors import Refused
from madang.portal import refusals

_API = "/api/"
_JSON_NUL = "\\u0000"
_LARGEST = 2**63 - 1
_DIGITS = len(str(_LARGEST))


class DoorMiddleware:
    """Looks at every address and query, and at what is sent to the API; the pages' forms look for themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # what has no such number or name does not exist
        if "\0" in request.path_info or any(map(_too_large, request.path_info.split("/"))):
            raise Http404
        api = request.path_info.startswith(_API)
        queries = list(_queries(request))
        if any("\0" in text or (api and _too_large(text)) for text in queries) or (api and _holds_nul(request)):
            return _unfit(api)
        return self.get_response(request)


def _too_large(text: str) -> bool:
    text = text.removesuffix(".json")
    return text.isascii() and text.isdecimal() and (len(text) > _DIGITS or int(text) > _LARGEST)


def _queries(request: HttpRequest) -> Iterator[str]:
    for name, values in request.GET.lists():
        yield from (name, *values)


def _holds_nul(request: HttpRequest) -> bool:
    if request.content_type == "application/json":
        return _JSON_NUL.encode() in request.body
    return any("\0" in text for _, values in request.POST.lists() for text in values)


def _unfit(api: bool) -> HttpResponse:
    if not api:
        raise Http404
    # imported late: the API gathers every domain
    from madang.portal.api import problem

    return problem(400, "invalid", refusals.sentence(Refused("invalid")))
