"""The JSON face under /api/v1: bearer tokens, the domains' routers, errors as problem+json."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from madang import __version__
from madang.errors import Refused, Stale, Unavailable
from madang.portal import refusals
from madang.portal.access.bearer import TokenAuth


def problem(status: int, code: str, detail: str, **more: object) -> HttpResponse:
    """An RFC 9457 answer; `code` is stable, `detail` is in the person's language."""
    body = {"type": f"urn:madang:problem:{code}", "title": code, "status": status, "detail": detail, **more}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str), status=status, content_type="application/problem+json"
    )


api = NinjaAPI(
    title="Madang",
    version=__version__,
    description="The API of a public AI compute centre.",
    auth=TokenAuth(),
    urls_namespace="api",
    docs_url=None,
)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    facts = {name: value for name, value in error.facts.items() if isinstance(value, str | int | bool | list)}
    return problem(refusals.status(error), error.code, refusals.sentence(error), facts=facts)


@api.exception_handler(Stale)
def _stale(request: HttpRequest, error: Stale) -> HttpResponse:
    facts = {name: str(value) for name, value in error.facts.items()}
    return problem(409, "stale", refusals.sentence(Refused("stale")), what=error.what, present=facts)


@api.exception_handler(Unavailable)
def _unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    response = problem(503, "unavailable", refusals.sentence(Refused("unavailable")))
    response["Retry-After"] = "30"
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "not_found", refusals.sentence(Refused("not_found")))


@api.exception_handler(AuthenticationError)
def _who(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = problem(401, "token_needed", refusals.sentence(Refused("token_needed")))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"where": [str(part) for part in one["loc"]], "what": one["msg"]} for one in error.errors]
    return problem(422, "invalid", refusals.sentence(Refused("invalid")), errors=errors)


for _file in sorted(Path(__file__).parent.glob("*/api.py")):
    _module = importlib.import_module(f"madang.portal.{_file.parent.name}.api")
    api.add_router("", _module.router)
