"""The middleware that carries a request out once per person and Idempotency-Key, and repeats its answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.idempotency import actions, rules
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.people import queries as people

FIELD = "idempotency_key"
_API = "/api/"
_FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
_NOT_COMPARED = {FIELD, "csrfmiddlewaretoken"}


@dataclass(frozen=True)
class Claim:
    """Who sent which key, and by which face."""

    person: int
    key: str
    api: bool


class IdempotencyMiddleware:
    """Looks at changing requests that carry a key: header Idempotency-Key, or a form's hidden `idempotency_key`.

    `request.once` is a fresh key for a form (templates/parts/once.html).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.once = SimpleLazyObject(lambda: str(uuid.uuid4()))
        claim = _claim_of(request)
        if claim is None:
            return self.get_response(request)
        try:
            if not rules.well_formed(claim.key):
                raise Refused("idempotency_key_malformed", limit=rules.KEY_LIMIT)
            digest = rules.digest(_parts(request))
            answered = actions.claim(person=claim.person, key=claim.key, digest=digest, now=request.now)
        except Refused as refused:
            return _refusal(request, refused, api=claim.api)
        if answered is not None:
            return _again(answered)
        response = self.get_response(request)
        _remember(request, response, claim)
        return response


def _claim_of(request: HttpRequest) -> Claim | None:
    api = request.path.startswith(_API)
    if request.method != "POST" and not (api and request.method in rules.API_METHODS):
        return None
    key = request.headers.get("Idempotency-Key")
    if key is None and not api and request.content_type in _FORM_TYPES:
        key = request.POST.get(FIELD)
    if key is None:
        return None
    person = _person(request)
    return Claim(person, key, api) if person is not None else None


def _person(request: HttpRequest) -> int | None:
    """Whose request it is. A bearer token is read here too, since the API looks at it only later."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        address = request.META.get("REMOTE_ADDR", "")
        return people.actor_of_token(token.strip(), now=request.now, address=address).person
    return request.actor.person


def _parts(request: HttpRequest) -> Iterator[bytes]:
    yield f"{request.method} {request.get_full_path()} {request.content_type}".encode()
    if request.method != "POST" or request.content_type not in _FORM_TYPES:
        yield request.body
        return
    for name in sorted(request.POST):
        if name not in _NOT_COMPARED:
            yield "\0".join([name, *request.POST.getlist(name)]).encode()
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            yield f"{name}\0{upload.name}".encode()
            yield from upload.chunks()
            upload.seek(0)


def _refusal(request: HttpRequest, refused: Refused, *, api: bool) -> HttpResponse:
    status, sentence = refusals.status(refused), refusals.sentence(refused)
    if api:
        # imported late: the API gathers every domain, this one too
        from madang.portal.api import problem

        return problem(status, refused.code, sentence)
    return render(request, "errors/refused.html", {"sentence": sentence, "code": refused.code}, status=status)


def _again(answered: AnsweredRequest) -> HttpResponse:
    if answered.location and 300 <= (answered.status or 0) < 400:
        response: HttpResponse = HttpResponseRedirect(answered.location)
    else:
        response = HttpResponse(answered.body, status=answered.status, content_type=answered.media_type)
    response["Idempotency-Replayed"] = "true"
    return response


def _remember(request: HttpRequest, response: HttpResponse, claim: Claim) -> None:
    location = response.headers.get("Location", "")
    kept = rules.worth_keeping(response.status_code, api=claim.api) and not response.streaming
    if not kept or len(response.content) > rules.BODY_LIMIT or len(location) > 300:
        actions.release(person=claim.person, key=claim.key)
        return
    if "no-store" in response.headers.get("Cache-Control", ""):
        # an answer that must not be stored anywhere (a new token's secret) is not stored here either
        response_kept = _refusal(request, Refused("answer_not_kept"), api=claim.api)
    else:
        response_kept = response
    actions.keep(
        person=claim.person,
        key=claim.key,
        status=response_kept.status_code,
        body=response_kept.content.decode(),
        location=location,
        media_type=response_kept.headers.get("Content-Type", ""),
    )
