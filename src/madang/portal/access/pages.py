"""The pages for getting in: log-in and log-out, sign-up, reset, change of password, API tokens."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from madang.errors import Refused
from madang.portal.access import actions, forms
from madang.portal.access.faces import enter
from madang.portal.actors import Actor
from madang.portal.faces import form_page, signed_in, tried
from madang.portal.people import actions as people
from madang.portal.people import links
from madang.portal.people import queries as persons
from madang.portal.people.sentences import TOKEN_SCOPES


def _nobody(request: HttpRequest) -> Actor:
    return Actor(address=request.META.get("REMOTE_ADDR", ""))


def _next(request: HttpRequest) -> str:
    to = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if safe else settings.LOGIN_REDIRECT_URL


@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """Address and password, then on to where the person wanted to go."""
    if request.actor.person is not None:
        return redirect(_next(request))
    form = forms.LogIn(request.POST or None)
    if form.is_valid():
        person = tried(form, partial(actions.log_in, by=_nobody(request), now=request.now, **form.cleaned_data))
        if person:
            return enter(request, person, _next(request))
    more = [(_("Sign up"), reverse("sign-up")), (_("I have forgotten my password"), reverse("reset"))]
    return form_page(request, form, title=_("Log in"), label=_("Log in"), links=more)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    if request.actor.person is not None:
        actions.log_out(by=request.actor, now=request.now)
    logout(request)
    return redirect("front")


def sign_up(request: HttpRequest) -> HttpResponse:
    """Asks for an account; the answer is the same whether or not the address has one."""
    form = forms.SignUp(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid():
        tried(form, partial(actions.ask_sign_up, by=_nobody(request), now=request.now, **form.cleaned_data))
        if form.is_valid():
            return render(request, "access/mailed.html", {"title": _("Please look into your mail")})
    lead = _("You will get a mail with a link. The account is made when you set a password there.")
    return form_page(request, form, title=_("Sign up"), label=_("Send me the link"), lead=lead)


@never_cache
@sensitive_post_parameters("password")
def sign_up_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Sets the password behind the mailed link and enters."""
    links.read("sign-up", token, now=request.now)
    form = forms.SetPassword(request.POST or None)
    if form.is_valid():
        password = form.cleaned_data["password"]
        confirm = partial(actions.confirm_sign_up, by=_nobody(request), now=request.now, token=token, password=password)
        person = tried(form, confirm)
        if person:
            return enter(request, person, settings.LOGIN_REDIRECT_URL)
    return form_page(request, form, title=_("Set your password"), label=_("Make the account"))


@never_cache
@sensitive_post_parameters("password")
def first_operator(request: HttpRequest, token: str) -> HttpResponse:
    """The link that `madang init` prints: the first operator's account."""
    links.read("first-operator", token, now=request.now)
    if persons.operator_exists():
        raise Refused("link_invalid")
    form = forms.FirstOperator(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid():
        register = partial(people.register_first_operator, by=_nobody(request), now=request.now, token=token)
        person = tried(form, partial(register, **form.cleaned_data))
        if person:
            return enter(request, person, reverse("staff"))
    lead = _("This account can give roles to others. The link works once.")
    return form_page(request, form, title=_("The first operator"), label=_("Make the account"), lead=lead)


def reset(request: HttpRequest) -> HttpResponse:
    """Asks for a new password; the answer is the same whether or not the address has an account."""
    form = forms.Reset(request.POST or None)
    if form.is_valid():
        tried(form, partial(actions.ask_reset, by=_nobody(request), now=request.now, **form.cleaned_data))
        if form.is_valid():
            return render(request, "access/mailed.html", {"title": _("Please look into your mail")})
    lead = _("If the address has an account, a link to set a new password is mailed to it.")
    return form_page(request, form, title=_("Set a new password"), label=_("Send me the link"), lead=lead)


@never_cache
@sensitive_post_parameters("password")
def reset_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Sets the password behind the mailed link and enters."""
    links.read("reset", token, now=request.now)
    form = forms.SetPassword(request.POST or None)
    if form.is_valid():
        password = form.cleaned_data["password"]
        act = partial(actions.reset_password, by=_nobody(request), now=request.now, token=token, password=password)
        person = tried(form, act)
        if person:
            return enter(request, person, settings.LOGIN_REDIRECT_URL)
    lead = _("All API tokens are revoked with it: programs that act for you need a new one.")
    return form_page(request, form, title=_("Set a new password"), label=_("Set the password"), lead=lead)


@never_cache
@sensitive_post_parameters("old", "new")
@signed_in
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; other sessions end, this one goes on."""
    form = forms.ChangePassword(request.POST or None)
    if form.is_valid():
        act = partial(actions.change_password, by=request.actor, now=request.now, **form.cleaned_data)
        person = tried(form, act)
        if person:
            update_session_auth_hash(request, person)
            messages.success(request, _("Your password was changed. Everywhere else you are logged out."))
            if form.cleaned_data["revoke_tokens"]:
                messages.success(request, _("Your API tokens were revoked."))
            return redirect("me")
    return form_page(request, form, title=_("Change your password"), label=_("Change the password"), back=reverse("me"))


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """One's API tokens, and the form for a new one, whose secret shows this once."""
    form = forms.NewToken(request.POST or None)
    secret = None
    if form.is_valid():
        made = tried(form, partial(actions.create_token, by=request.actor, now=request.now, **form.cleaned_data))
        if made:
            secret, form = made[1], forms.NewToken()
    held = [(row, _(TOKEN_SCOPES[row.scope])) for row in persons.tokens(request.actor)[:50]]
    context = {"form": form, "secret": secret, "tokens": held}
    response = render(request, "access/tokens.html", context, status=422 if form.is_bound and form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@signed_in
def revoke_token(request: HttpRequest, token: int) -> HttpResponse:
    """Takes one of one's own tokens out of force."""
    if not persons.tokens(request.actor).filter(pk=token).exists():
        raise Http404
    actions.revoke_token(by=request.actor, now=request.now, token=token)
    messages.success(request, _("The token was revoked."))
    return redirect("tokens")


urlpatterns = [
    path("log-in/", log_in, name="log-in"),
    path("log-out/", log_out, name="log-out"),
    path("sign-up/", sign_up, name="sign-up"),
    path("sign-up/<str:token>/", sign_up_confirm, name="sign-up-confirm"),
    path("first-operator/<str:token>/", first_operator, name="first-operator"),
    path("reset/", reset, name="reset"),
    path("reset/<str:token>/", reset_confirm, name="reset-confirm"),
    path("me/password/", change_password, name="change-password"),
    path("me/tokens/", tokens, name="tokens"),
    path("me/tokens/<int:token>/revoke/", revoke_token, name="revoke-token"),
]
