"""An application as its page shows it: papers and their state, the check list, prices, eligibility in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from madang.errors import Refused
from madang.portal.applications import needs, queries
from madang.portal.applications.rules import Paper, PaperNeed, gaps, paper_state
from madang.portal.applications.sentences import PAPER_TONES, PAPERS
from madang.portal.calls.queries import titled
from madang.portal.eligibility import queries as eligibility
from madang.portal.eligibility import texts
from madang.portal.eligibility.texts import Line
from madang.portal.prices import limits as stored_limits
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import Preview, Stacking, amounts_asked, attributes_on, kind_for
from madang.portal.prices.rules import preview as preview_of
from madang.portal.refusals import sentence
from madang.values import Month, months_from


@dataclass(frozen=True)
class ShownPaper:
    """A paper that the track asks for, with the files handed in for it and how it stands."""

    kind: Any
    files: list[Any]
    word: str
    tone: str


@dataclass(frozen=True)
class ShownAsk:
    """An ask with what it would cost; None where no price is set."""

    ask: Any
    preview: Preview | None


def papers(application: Any) -> list[ShownPaper]:
    """The papers of the track in order, judged as of the deadline."""
    deadline = queries.deadline_day(application.intake)
    given = list(application.attachments.all())
    found = []
    for kind in sorted(application.track.evidence_kinds.all(), key=lambda row: (row.position, row.pk)):
        files = [row for row in given if row.evidence_id == kind.pk]
        need = PaperNeed(kind.code, kind.max_age_days, kind.required)
        state = paper_state(need, [Paper(kind.code, row.issued_on, row.valid_until) for row in files], deadline)
        found.append(ShownPaper(kind, files, gettext(PAPERS[state]), PAPER_TONES[state]))
    return found


def open_points(application: Any) -> list[str]:
    """The check list in words; empty when the application can be submitted."""
    asked = needs.needs_of(application.track, application.claims)
    missing = gaps(queries.content_of(application), asked, queries.deadline_day(application.intake))
    return [sentence(_titled(refused, application.track)) for refused in missing]


def _titled(refused: Refused, track: Any) -> Refused:
    """The same refusal with titles in place of codes."""
    titles = {
        "section": {row.code: titled(row) for row in track.sections.all()},
        "paper": {row.code: titled(row) for row in track.evidence_kinds.all()},
        "consent": {row.text.code: titled(row.text) for row in track.consents.all()},
        "bonus": {row.code: titled(row) for row in track.bonus_rules.all()} if "bonus" in refused.facts else {},
        "product": {row.product.code: titled(row.product, "name") for row in track.products.all()},
    }
    facts = {
        name: titles[name].get(str(value), value) if name in titles else value for name, value in refused.facts.items()
    }
    return Refused(refused.code, **facts)


def rules(track: Any, intake: Any, organisation: int, now: datetime, application: int | None = None) -> list[Line]:
    """What every eligibility rule says of an organisation, in words."""
    decided_at = intake.decided_at or now
    found = eligibility.findings(track, intake, organisation, decided_at=decided_at, application=application)
    if not found:
        return []
    names = eligibility.region_names()
    return [texts.found(finding, names) for finding in found]


def checks(application: Any) -> list[tuple[str, Line]]:
    """The stored checks: at which stage, and what was found."""
    rows = list(application.checks.all())
    names = eligibility.region_names() if rows else {}
    return [
        (row.stage, texts.line(row.rule.kind, row.rule.reference_date, row.passed, row.judged_on, row.facts, names))
        for row in rows
    ]


def asks(application: Any) -> list[ShownAsk]:
    """The asks with their price for this organisation. Four queries, however many asks."""
    rows = list(application.asks.all())
    if not rows:
        return []
    tariffs = [(row.kind, prices.as_value(row)) for row in prices.approved(ask.product_id for ask in rows)]
    discounts, limits, organisation = prices.discount_values(), stored_limits.values(), application.organisation
    verdicts = prices.verdicts_held(organisation.pk)
    found = []
    for ask in rows:
        amounts = amounts_asked(ask.product.grain, ask.quantity, months_from(Month.parse(ask.first_month), ask.months))
        preview = preview_of(
            product=ask.product.code,
            amounts=amounts,
            tariffs=[value for kind, value in tariffs if kind == kind_for(ask.product.grain)],
            discounts=discounts,
            attributes={day: attributes_on(organisation.kind, verdicts, day) for day in amounts},
            stacking=Stacking(application.track.stacking),
            limits=limits,
        )
        found.append(ShownAsk(ask, preview if preview.whole else None))
    return found


def consents(application: Any) -> list[tuple[Any, Any]]:
    """The texts that the track asks for, each with its acceptance or None."""
    accepted = {row.text_id: row for row in application.consents.all()}
    return [(asked, accepted.get(asked.text_id)) for asked in application.track.consents.all()]
