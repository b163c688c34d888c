"""The operator's pages of the cluster: how it stands beside the awards, whose is what there, how an award holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.awards import queries as awards
from madang.portal.awards.actions import note_reading
from madang.portal.cluster import actions, bringing, queries, rules
from madang.portal.cluster.forms import PairsForm, TermsForm
from madang.portal.cluster.rules import FAULTS, KEEPERS, READERS, Hold
from madang.portal.cluster.sentences import AWAY, FATES, HAPPENED, HOLDS, STAGES
from madang.portal.faces import one, signed_in, tried, with_role

CLUSTER = gettext_lazy("Cluster")
USERS = gettext_lazy("Unix users")
ACCOUNTS = gettext_lazy("Accounts of others")
ON_CLUSTER = gettext_lazy("On the cluster")
PER_PAGE = 50
AT_ONCE = 20


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(*READERS)
def cluster(request: HttpRequest) -> HttpResponse:
    """How the cluster stands beside the awards: what applying would change, what hands changed, earlier changes."""
    if request.method == "POST":
        actions.ask_look(by=request.actor, now=request.now)
        messages.success(request, _("The cluster is being looked at. Load this page again in a few seconds."))
        return redirect("cluster")
    look = queries.look(request.actor)
    changes = list(queries.changes(request.actor)[:AT_ONCE])
    context = {
        "crumbs": _crumbs((CLUSTER, "")),
        "on_slurm": bringing.on_slurm(),
        "look": look,
        "fault": _fault(look.fault) if look and look.fault else "",
        "drift": [(_(HAPPENED[happened]), thing) for happened, thing in look.drift] if look else [],
        "left_out": look.count - len(look.lines) if look else 0,
        "changes": [(row, _fault(row.failure) if row.failure else "") for row in changes],
        "goes_on": any(row.state == rules.ChangeState.ASKED for row in changes),
        "may_change": request.actor.has(*KEEPERS),
    }
    return render(request, "cluster/cluster.html", context)


def _fault(fault: dict[str, Any]) -> str:
    if fault["code"] == "cluster_away":
        return _(AWAY).format(**fault["facts"])
    return refusals.sentence(Refused(fault["code"], **fault["facts"]))


@with_role(*KEEPERS)
def apply(request: HttpRequest, digest: str) -> HttpResponse:
    """Asks, then has exactly the changes that were looked at carried out."""
    seen = queries.look(request.actor)
    if seen is None or seen.digest != digest:
        raise Http404
    if request.method == "POST":
        actions.ask_change(by=request.actor, now=request.now, digest=digest, planned=seen.count)
        messages.success(request, _("The changes are being carried out. This page says how far they are."))
        return redirect("cluster")
    context = {
        "crumbs": _crumbs((CLUSTER, reverse("cluster")), (_("Apply"), "")),
        "look": seen,
        "left_out": seen.count - len(seen.lines),
    }
    return render(request, "cluster/apply.html", context)


@with_role(*READERS)
def unix_users(request: HttpRequest) -> HttpResponse:
    """Whose Unix user is whose, who lacks one, and the list that sets them: first as a preview, then for good."""
    hint = _("One person a line: e-mail address, comma, Unix user. A heading line is left out.")
    form = PairsForm(*_given(request), label=_("E-mail address and Unix user"), hint=hint)
    form, judged, saved = _taken(request, form, rules.lines_of, queries.judge, actions.set_unix_users)
    if saved:
        return redirect("unix-users")
    rows = queries.unix_users(request.actor)
    context = {
        "crumbs": _crumbs((CLUSTER, reverse("cluster")), (USERS, "")),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "lacking": queries.without_unix_user(request.actor)[:PER_PAGE],
        **_judged(request, form, judged),
    }
    return render(request, "cluster/unix_users.html", context, status=422 if form.errors else 200)


@with_role(*READERS)
def joined_accounts(request: HttpRequest) -> HttpResponse:
    """Accounts of others on the cluster that are charged to awards, and the list that sets them."""
    hint = _("One account a line: its name on the cluster, comma, the award's number. A heading line is left out.")
    form = PairsForm(*_given(request), label=_("Account and award"), hint=hint)
    form, judged, saved = _taken(request, form, rules.accounts_of, queries.judge_accounts, actions.join_accounts)
    if saved:
        return redirect("joined-accounts")
    rows = queries.joined_accounts(request.actor)
    context = {
        "crumbs": _crumbs((CLUSTER, reverse("cluster")), (ACCOUNTS, "")),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "others": queries.others(request.actor),
        **_judged(request, form, judged),
    }
    return render(request, "cluster/joined_accounts.html", context, status=422 if form.errors else 200)


def _given(request: HttpRequest) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _taken(
    request: HttpRequest,
    form: PairsForm,
    lines_of: Callable[[str], list[tuple[str, str]]],
    judge: Callable[[list[tuple[str, str]]], list[Any]],
    save: Callable[..., object],
) -> tuple[PairsForm, list[Any], bool]:
    """A list of pairs as a preview or for good: the form to show, what becomes of its lines, whether it was saved."""
    if not (form.is_bound and form.is_valid()):
        return form, [], False
    lines = tried(form, lambda: lines_of(form.cleaned_data["text"]))
    judged: list[Any] = []
    saving = lines is not None and request.POST.get("what") == "save"
    if saving and tried(form, lambda: save(by=request.actor, now=request.now, lines=lines)) is not None:
        messages.success(request, _("Saved."))
        return form, [], True
    if lines is not None and request.actor.has(*KEEPERS):
        judged = judge(lines)
    return _filled(form), judged, False


def _judged(request: HttpRequest, form: PairsForm, judged: list[Any]) -> dict[str, Any]:
    return {
        "form": form,
        "judged": [(row, _(FATES[row.fate]), row.fate in FAULTS) for row in judged],
        "faults": sum(row.fate in FAULTS for row in judged),
        "may_change": request.actor.has(*KEEPERS),
    }


def _filled(form: PairsForm) -> PairsForm:
    """The same form with the lines of a file written out, since a browser does not send a file twice."""
    text = form.fields["text"]
    filled = PairsForm({"text": form.cleaned_data.get("text", "")}, label=str(text.label), hint=text.help_text)
    filled.is_valid()
    for field, errors in form.errors.items():
        filled.add_error(None if field == "__all__" else field, errors)
    return filled


@with_role(*KEEPERS)
def leave_account(request: HttpRequest, name: str) -> HttpResponse:
    """Asks, then ends that an account of others is charged to an award."""
    row = one(queries.joined_accounts(request.actor), name=name)
    words = {
        "heading": _("Charge the account {name} to no award any more").format(name=row.name),
        "text": _("What begins in it from now on is not charged to award {award}; what began before still is.").format(
            award=row.award.number
        ),
        "label": _("End this"),
    }
    return _asked_first(request, row.name, actions.leave_account, ("joined-accounts", ACCOUNTS), words)


@with_role(*KEEPERS)
def remove_unix_user(request: HttpRequest, name: str) -> HttpResponse:
    """Asks, then takes a person's Unix user away."""
    row = one(queries.unix_users(request.actor), name=name)
    words = {
        "heading": _("Take the Unix user {name} away").format(name=row.name),
        "text": _("{email} can submit no job until there is another. Jobs that run go on.").format(
            email=row.person.email
        ),
        "label": _("Take away"),
    }
    return _asked_first(request, row.name, actions.remove_unix_user, ("unix-users", USERS), words)


def _asked_first(
    request: HttpRequest, name: str, act: Callable[..., None], listed: tuple[str, Any], words: dict[str, str]
) -> HttpResponse:
    """A page that asks with these words, and on its button acts on the name and goes back to the list."""
    back, title = listed
    if request.method == "POST":
        act(by=request.actor, now=request.now, name=name)
        messages.success(request, _("Saved."))
        return redirect(back)
    crumbs = _crumbs((CLUSTER, reverse("cluster")), (title, reverse(back)), (name, ""))
    context = {"crumbs": crumbs, "url": request.path, "back": reverse(back), "danger": True, **words}
    return render(request, "resources/confirm.html", context)


@signed_in
def terms(request: HttpRequest, number: str) -> HttpResponse:
    """How one award holds its part of the cluster and how far it is used up; whoever may set it finds the form."""
    award = one(awards.awards(request.actor), number=number)
    present = queries.terms(award)
    if request.actor.reads_everything:
        given = {"award": award.pk, "organisation": award.organisation_id}
        note_reading(by=request.actor, now=request.now, **given)
    form = None
    if request.actor.has(*KEEPERS):
        first = {name: getattr(present, name) for name in TermsForm.base_fields} | {"nodes": present.node_list}
        form = TermsForm(request.POST or None, initial=first)
        if form.is_valid() and _set(request, form, award):
            messages.success(request, _("Saved. It reaches the cluster with the next change."))
            return redirect("award", number)
    elif request.method == "POST":
        raise Refused("not_allowed_for_role")
    found = bringing.stands(award, request.now)
    context = {
        "crumbs": [(_("Awards"), reverse("awards")), (number, reverse("award", args=[number])), (ON_CLUSTER, "")],
        "award": award,
        "terms": present,
        "hold": _(HOLDS[present.hold]),
        "stands": [(stand, _(STAGES[stand.stage])) for stand in found],
        "form": form,
    }
    return render(request, "cluster/terms.html", context, status=422 if form and form.errors else 200)


def _set(request: HttpRequest, form: TermsForm, award: Any) -> bool:
    given = form.cleaned_data | {"hold": Hold(form.cleaned_data["hold"])}
    given["borrow_percent"] = given["borrow_percent"] or 0
    tried(form, lambda: actions.set_terms(by=request.actor, now=request.now, award=award, **given))
    return not form.errors


urlpatterns = [
    path("staff/cluster/", cluster, name="cluster"),
    path("staff/cluster/<slug:digest>/", apply, name="cluster-apply"),
    path("staff/unix-users/", unix_users, name="unix-users"),
    path("staff/unix-users/<str:name>/remove/", remove_unix_user, name="unix-user-remove"),
    path("staff/cluster-accounts/", joined_accounts, name="joined-accounts"),
    path("staff/cluster-accounts/<str:name>/end/", leave_account, name="joined-account-end"),
    path("awards/<str:number>/cluster/", terms, name="award-cluster"),
]
