"""What every page shares: who asks, how refusals are shown, what the page skeleton needs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madang.errors import Refused, Stale, Unavailable
from madang.portal import refusals
from madang.portal.actors import Actor, Role, Via
from madang.portal.people import queries as people

T = TypeVar("T")
View = Callable[..., HttpResponse]


def _actor(request: HttpRequest) -> Actor:
    address = request.META.get("REMOTE_ADDR", "")
    if request.user.is_authenticated:
        return people.actor_of(request.user.pk, address=address, via=Via.PAGE)
    return Actor(address=address)


class ActorMiddleware:
    """Sets `request.actor` (worked out when first asked for) and `request.now`, the instant at which it arrived.

    What somebody with a session or a token is answered is theirs: no browser or proxy keeps it.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()
        request.actor = SimpleLazyObject(lambda: _actor(request))
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class RefusalMiddleware:
    """Shows the house's three errors as pages; the API has handlers of its own."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            context = {"sentence": refusals.sentence(error), "code": error.code}
            return render(request, "errors/refused.html", context, status=refusals.status(error))
        if isinstance(error, Stale):
            return render(request, "errors/409.html", {"what": error.what}, status=409)
        if isinstance(error, Unavailable):
            response = render(request, "errors/503.html", status=503)
            response["Retry-After"] = "30"
            return response
        return None


def signed_in(view: View) -> View:
    """Lets a logged-in person through; sends anyone else to the log-in page and back."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.person is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def with_role(*roles: Role) -> Callable[[View], View]:
    """Lets a person with one of the roles through; for everyone else the page does not exist."""

    def decorate(view: View) -> View:
        @signed_in
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.actor.has(*roles):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def known_to(*roles: Role) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """For an operation of the API: for a person without any of the roles it does not exist."""

    def decorate(operation: Callable[..., T]) -> Callable[..., T]:
        @functools.wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> T:
            if not request.actor.has(*roles):
                raise Http404
            return operation(request, *args, **kwargs)

        return guarded

    return decorate


def tried(form: BaseForm, act: Callable[[], T]) -> T | None:
    """Carries out an action for a valid form; a refusal becomes an error on the form and None comes back."""
    try:
        return act()
    except Refused as refused:
        field = refused.facts.get("field")
        form.add_error(field if isinstance(field, str) and field in form.fields else None, refusals.sentence(refused))
    except Stale:
        form.add_error(None, gettext("Someone changed this while you were working. Load the page again and compare."))
    return None


def one(rows: Any, **lookup: Any) -> Any:
    """The one row that the actor may see, or 404: what a person may not see does not exist."""
    row = rows.filter(**lookup).first()
    if row is None:
        raise Http404
    return row


def whole(text: str, otherwise: int = 0) -> int:
    """A whole number from 0 on as it was posted; `otherwise` for anything that is none or too long to be stored."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise


def form_page(request: HttpRequest, form: BaseForm, *, title: str, label: str, **more: Any) -> HttpResponse:
    """A page with one form: `lead` above it, `links` ((label, url) pairs) below, `back`, `danger` for what hurts.

    Answers 422 when the form came back with errors.
    """
    context = {"form": form, "title": title, "label": label, **more}
    return render(request, "parts/form_page.html", context, status=422 if form.is_bound and form.errors else 200)


_NAVIGATION: list[tuple[Any, str, Callable[[Actor], bool]]] = [
    (_("Calls"), "calls", lambda actor: True),
    (_("Public figures"), "figures", lambda actor: True),
    (_("Capacity"), "capacity", lambda actor: not actor.reads_everything),
    (_("Prices"), "prices", lambda actor: not actor.reads_everything),
    (_("Facilities"), "facilities", lambda actor: not actor.reads_everything),
    (_("Courses"), "courses", lambda actor: not actor.reads_everything),
    (_("My applications"), "applications", lambda actor: bool(actor.memberships)),
    (_("Awards and jobs"), "awards", lambda actor: bool(actor.memberships)),
    (_("Statements"), "statements", lambda actor: bool(actor.memberships)),
    (_("Reviews"), "reviews", lambda actor: actor.reviews),
    (_("Work of the centre"), "staff", lambda actor: actor.reads_everything),
    (_("Journal"), "journal", lambda actor: actor.has(Role.AUDITOR, Role.OPERATOR)),
]


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Names and navigation for the page skeleton."""
    actor = getattr(request, "actor", Actor())
    navigation = [
        {"label": label, "url": reverse(name), "here": request.path.startswith(reverse(name))}
        for label, name, shown in _NAVIGATION
        if shown(actor)
    ]
    return {
        "actor": actor,
        "now": getattr(request, "now", timezone.now()),
        "navigation": navigation,
        "centre_name": settings.MADANG_CENTRE_NAME.get(get_language() or "ko", settings.MADANG_CENTRE_NAME["ko"]),
        "generated": settings.MADANG_GENERATED,
        "languages": settings.LANGUAGES,
    }
