"""The staff's pages of allocation policies: written on forms, rule by rule, in versions; and the seed's commitment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.allocation.parts import OVERBOOKING
from madang.portal.actors import READING_ROLES, Role
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.policies import actions, measuring, queries, wording
from madang.portal.policies.entries import RuleForm, UnitForm
from madang.portal.policies.forms import RULE_FIELDS, PolicyForm
from madang.portal.policies.rules import DEFAULTS, Draft, free_name, rule_up, with_rule, without_rule
from madang.portal.policies.sentences import NEEDS_TOGETHER, POLICY_HINTS, POLICY_KINDS, RULE_HINTS, RULE_KINDS
from madang.portal.reviews import queries as reviews
from madang.portal.templatetags.madang import in_language

manager = with_role(Role.PROGRAMME_MANAGER)
reader = with_role(*READING_ROLES)
TOGETHER = ("portfolio", "fair")


def _language() -> str:
    return get_language() or "ko"


def _crumbs(intake: Any, *last: tuple[str, str]) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    above = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake.pk]))]
    plans = (_("Allocation plans"), reverse("plans", args=[intake.pk]))
    policies = (_("Allocation policies"), reverse("policies", args=[intake.pk]))
    return [*above, plans, *([policies] if last else [(policies[0], "")]), *last]


@reader
def policies(request: HttpRequest, intake: int) -> HttpResponse:
    """The intake's own policies, the kinds that a new one can be of, and the commitment to the lottery's seed."""
    row = one(reviews.intakes(request.actor), pk=intake)
    language = _language()
    own = [
        (one, _(POLICY_KINDS[one.policy["policy"]]), wording.policy_sentence(one.policy, language))
        for one in queries.offered(request.actor, intake)
    ]
    context = {
        "intake": row,
        "policies": own,
        "kinds": [(kind, _(text), _(POLICY_HINTS[kind])) for kind, text in POLICY_KINDS.items()],
        "committed": queries.committed(intake),
        "may_commit": not queries.has_plans(intake),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": _crumbs(row),
    }
    return render(request, "policies/policies.html", context)


@manager
@require_POST
def commit_seed(request: HttpRequest, intake: int) -> HttpResponse:
    """Draws the seed of the intake's lotteries and publishes its digest."""
    one(reviews.intakes(request.actor), pk=intake)
    actions.commit_seed(by=request.actor, now=request.now, intake=intake)
    messages.success(request, _("The seed is drawn; its commitment stands on the call's page."))
    return redirect("policies", intake)


@manager
def new(request: HttpRequest, intake: int, kind: str) -> HttpResponse:
    """A new policy of a kind, with sensible numbers to begin with."""
    row = one(reviews.intakes(request.actor), pk=intake)
    if kind not in DEFAULTS:
        raise Http404
    names = {f"name_{language}": wording.kind_name(kind, language) for language in wording.LANGUAGES}
    form = PolicyForm(kind, queries.terms(row), request.POST or None, initial=names)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        draft = Draft(given["name_ko"], given["name_en"], form.document())
        made = tried(form, lambda: actions.create_policy(by=request.actor, now=request.now, intake=intake, draft=draft))
        if made:
            messages.success(request, _("The policy is written. Add its rules now, one by one."))
            return redirect("policy", made.pk)
    title = _("New policy: {kind}").format(kind=_(POLICY_KINDS[kind]))
    more = {"lead": _(POLICY_HINTS[kind]), "back": reverse("policies", args=[intake])}
    return form_page(request, form, title=title, label=_("Save"), crumbs=_crumbs(row, (title, "")), **more)


@reader
def policy(request: HttpRequest, policy: int) -> HttpResponse:
    """One version of a policy: what it does, its rules, the menu of further ones, versions and plans."""
    row = one(queries.policies(request.actor), pk=policy)
    language, terms = _language(), queries.terms(row.intake)
    versions = queries.versions(request.actor, row)
    together, manages = row.policy["policy"] in TOGETHER, request.actor.has(Role.PROGRAMME_MANAGER)
    context = {
        "policy": row,
        "kind": _(POLICY_KINDS[row.policy["policy"]]),
        "sentence": wording.policy_sentence(row.policy, language),
        "objective": wording.objective_sentence(row.policy, row.reference, terms, language),
        "ties": wording.ties_sentence(row.policy, terms, language),
        "rules": [
            (rule, _(RULE_KINDS[rule["kind"]]), text)
            for rule, text in zip(row.rules, wording.published(row.rules, row.rates, language), strict=True)
        ],
        "menu": [
            (kind, _(text), _(RULE_HINTS[kind]))
            for kind, text in RULE_KINDS.items()
            if together or kind not in NEEDS_TOGETHER
        ],
        "together": together,
        "versions": versions,
        "newest": versions[0],
        "plans": queries.plans_of(request.actor, row),
        "may_change": _open(row, versions) and manages,
        "may_restore": manages and row.withdrawn_at is None and row.pk != versions[0].pk,
        "crumbs": _crumbs(row.intake, (in_language(row, "name"), "")),
    }
    return render(request, "policies/policy.html", context)


def _open(row: Any, versions: list[Any]) -> bool:
    """Whether this version can be changed: the newest of a policy that is still offered."""
    return row.withdrawn_at is None and versions[0].pk == row.pk


def _revised(request: HttpRequest, row: Any, form: Any, draft: Callable[[], Draft]) -> HttpResponse | None:
    """Writes a further version from a valid form and leads to it; None where it was refused."""
    made = tried(form, lambda: actions.revise_policy(by=request.actor, now=request.now, policy=row.pk, draft=draft()))
    if made is None:
        return None
    messages.success(request, _("Saved as version {version}.").format(version=made.version))
    return redirect("policy", made.pk)


def _step(
    request: HttpRequest, row: Any, form: Any, title: str, draft: Callable[[], Draft], **more: Any
) -> HttpResponse:
    """A page with one form whose content makes a further version."""
    if request.method == "POST" and form.is_valid() and (answer := _revised(request, row, form, draft)):
        return answer
    above = (in_language(row, "name"), reverse("policy", args=[row.pk]))
    given = {"label": _("Save"), "back": above[1], "crumbs": _crumbs(row.intake, above, (title, "")), **more}
    return form_page(request, form, title=title, **given)


@manager
def edit(request: HttpRequest, policy: int) -> HttpResponse:
    """Names and numbers of a policy."""
    row = one(queries.policies(request.actor), pk=policy)
    kind, present = row.policy["policy"], queries.draft_of(row)
    names = {"name_ko": row.name_ko, "name_en": row.name_en}
    form = PolicyForm(kind, queries.terms(row.intake), request.POST or None, present=row.policy, initial=names)

    def draft() -> Draft:
        given = form.cleaned_data
        return replace(present, name_ko=given["name_ko"], name_en=given["name_en"], policy=form.document())

    return _step(request, row, form, _("Names and numbers"), draft, lead=_(POLICY_HINTS[kind]))


@manager
def unit(request: HttpRequest, policy: int) -> HttpResponse:
    """The unit in which resources are compared."""
    row = one(queries.policies(request.actor), pk=policy)
    present = queries.draft_of(row)
    form = UnitForm(queries.terms(row.intake), request.POST or None, present=row.reference)
    lead = _(
        "What an award is worth, how large an ask is and shares over several resources are counted in one unit. For "
        "example, where one H100 does the work of four A100, the H100 counts 1 and the A100 0.25."
    )

    def draft() -> Draft:
        return replace(present, reference=form.reference())

    return _step(request, row, form, _("How resources are compared"), draft, lead=lead)


@manager
def rule(request: HttpRequest, policy: int, kind: str) -> HttpResponse:
    """A new rule of a kind, or with ?change= another in the place of one."""
    row = one(queries.policies(request.actor), pk=policy)
    if kind not in RULE_FIELDS:
        raise Http404
    present, changed = queries.draft_of(row), request.GET.get("change")
    known = next((one for one in row.rules if one["name"] == changed and one["kind"] == kind), None)
    if changed and known is None:
        raise Http404
    free = free_name(kind, (one["name"] for one in row.rules))
    known_of, terms = {"present": known, "free": free, "ground": row.rates.get(changed)}, queries.terms(row.intake)
    if kind == OVERBOOKING:
        known_of["measured"] = measuring.measured(request.now, list(terms.pools))
    form = RuleForm(kind, terms, request.POST or None, **known_of)

    def draft() -> Draft:
        ground = form.ground(request.now.astimezone(settings.MADANG_ZONE).date())
        return with_rule(present, form.rule(), changed or None, ground)

    return _step(request, row, form, _(RULE_KINDS[kind]), draft, lead=_(RULE_HINTS[kind]))


@manager
@require_POST
def rule_act(request: HttpRequest, policy: int) -> HttpResponse:
    """Moves a rule up, or takes it out."""
    row = one(queries.policies(request.actor), pk=policy)
    change = rule_up if "up" in request.POST else without_rule
    name = request.POST.get("up") or request.POST.get("remove", "")
    draft = change(queries.draft_of(row), name)
    made = actions.revise_policy(by=request.actor, now=request.now, policy=policy, draft=draft)
    messages.success(request, _("Saved as version {version}.").format(version=made.version))
    return redirect("policy", made.pk)


@manager
@require_POST
def restore(request: HttpRequest, policy: int) -> HttpResponse:
    """Writes a further version like an earlier one: what was changed since is undone, and stays on record."""
    row = one(queries.policies(request.actor), pk=policy)
    given = {"by": request.actor, "now": request.now, "policy": policy, "draft": queries.draft_of(row)}
    made = actions.revise_policy(**given, newest=False)
    messages.success(request, _("Saved as version {version}.").format(version=made.version))
    return redirect("policy", made.pk)


@manager
@require_POST
def withdraw(request: HttpRequest, policy: int) -> HttpResponse:
    """Takes a policy off the list."""
    row = one(queries.policies(request.actor), pk=policy)
    actions.withdraw_policy(by=request.actor, now=request.now, policy=policy)
    messages.success(request, _("The policy is off the list. Plans that used it keep it."))
    return redirect("policies", row.intake_id)


urlpatterns = [
    path("staff/intakes/<int:intake>/policies/", policies, name="policies"),
    path("staff/intakes/<int:intake>/policies/new/<slug:kind>/", new, name="policy-new"),
    path("staff/intakes/<int:intake>/seed/", commit_seed, name="seed-commit"),
    path("staff/policies/<int:policy>/", policy, name="policy"),
    path("staff/policies/<int:policy>/edit/", edit, name="policy-edit"),
    path("staff/policies/<int:policy>/unit/", unit, name="policy-unit"),
    path("staff/policies/<int:policy>/rules/", rule_act, name="policy-rule-act"),
    path("staff/policies/<int:policy>/rules/<slug:kind>/", rule, name="policy-rule"),
    path("staff/policies/<int:policy>/restore/", restore, name="policy-restore"),
    path("staff/policies/<int:policy>/withdraw/", withdraw, name="policy-withdraw"),
]
