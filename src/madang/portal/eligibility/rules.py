"""Judges an eligibility rule for an organisation on its reference date: passed or not, and the figures why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from madang.portal.calls.rules import EligibilityKind, ReferenceDate
from madang.portal.people.rules import RegionSpan, at_most_years_old, forerunners_at, region_at, years_after


@dataclass(frozen=True)
class Regions:
    """All regions of all times by code, and the codes of those in the capital area."""

    spans: Mapping[str, RegionSpan]
    capital: frozenset[str]


@dataclass(frozen=True)
class AwardSpan:
    """An award by its days: running on [starts, ends)."""

    starts: date
    ends: date


@dataclass(frozen=True)
class BanSpan:
    """A participation ban that counts on [starts, ends), and the number under which it was decided."""

    starts: date
    ends: date
    number: str


@dataclass(frozen=True)
class ReportSpan:
    """A report owed: overdue after `due_on` until the day it was received."""

    due_on: date
    received_on: date | None = None


@dataclass(frozen=True)
class Applicant:
    """What rules know of an organisation: no more than they judge."""

    kind: str
    region: str
    founded_on: date
    awards: Sequence[AwardSpan] = ()
    reports: Sequence[ReportSpan] = ()
    other_applications: int = 0
    bans: Sequence[BanSpan] = ()


@dataclass(frozen=True)
class Rule:
    """One rule as stored: its kind, its parameters, and on which day it is judged."""

    kind: EligibilityKind
    reference_date: ReferenceDate
    parameters: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True)
class Finding:
    """What a rule says of an organisation on a day, with plain facts for the sentence."""

    rule: Rule
    passed: bool
    day: date
    facts: Mapping[str, Any]


def reference_day(
    rule: Rule, *, announced_at: datetime | None, closes_at: datetime, decided_at: datetime, zone: ZoneInfo
) -> date:
    """The centre's calendar day on which a rule is judged. `decided_at` is the decision, or now while there is none.

    A deadline at midnight closes at the end of the day before, so the deadline's day is that of its last instant.
    """
    instant = {
        ReferenceDate.ANNOUNCEMENT: announced_at or closes_at,
        ReferenceDate.DEADLINE: closes_at,
        ReferenceDate.AWARD: decided_at,
    }[rule.reference_date]
    local = instant.astimezone(zone)
    if rule.reference_date is ReferenceDate.DEADLINE and local.hour == local.minute == local.second == 0:
        return date.fromordinal(local.toordinal() - 1)
    return local.date()


def judge(rule: Rule, applicant: Applicant, day: date, regions: Regions) -> Finding:
    """Judges one rule; a pure function, so that the same facts always give the same finding."""
    passed, facts = _JUDGES[rule.kind](rule.parameters, applicant, day, regions)
    return Finding(rule, passed, day, facts)


def regions_on(code: str, day: date, regions: Regions) -> list[str]:
    """The regions that an organisation now in `code` may have been in on `day`; more than one where several merged."""
    return sorted(forerunners_at(code, day, regions.spans) or {code})


Verdict = tuple[bool, dict[str, Any]]
Judge = Callable[[Mapping[str, Any], Applicant, date, Regions], Verdict]


def _organisation_kind(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    return applicant.kind in given["kinds"], {"kind": applicant.kind, "kinds": list(given["kinds"])}


def _region(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    wanted = sorted({region_at(code, day, regions.spans) for code in given["regions"]})
    own = regions_on(applicant.region, day, regions)
    # Where several regions merged since, an organisation counts only if all it may have come from are named.
    return set(own) <= set(wanted), {"region": own, "regions": wanted}


def _outside_capital(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    own = regions_on(applicant.region, day, regions)
    return not regions.capital.intersection(own), {"region": own}


def _age_at_most(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    last = years_after(applicant.founded_on, given["years"])
    facts = {"years": given["years"], "founded_on": applicant.founded_on.isoformat(), "until": last.isoformat()}
    return at_most_years_old(applicant.founded_on, day, given["years"]), facts


def _running_awards(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    running = sum(span.starts <= day < span.ends for span in applicant.awards)
    return running <= given["awards"], {"running": running, "awards": given["awards"]}


def _no_overdue_report(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    overdue = sum(
        report.due_on < day and (report.received_on is None or report.received_on > day) for report in applicant.reports
    )
    return overdue == 0, {"overdue": overdue}


def _one_per_organisation(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    return applicant.other_applications == 0, {"others": applicant.other_applications}


def _not_banned(given: Mapping[str, Any], applicant: Applicant, day: date, regions: Regions) -> Verdict:
    found = [span for span in applicant.bans if span.starts <= day < span.ends]
    if not found:
        return True, {}
    last = max(found, key=lambda span: span.ends)
    return False, {"number": last.number, "until": (last.ends - timedelta(days=1)).isoformat()}


# No call can leave this out. It is judged on the day on which somebody applies, and on that of the decision.
NOT_BANNED = Rule(EligibilityKind.NOT_BANNED, ReferenceDate.AWARD)

_JUDGES: dict[EligibilityKind, Judge] = {
    EligibilityKind.ORGANISATION_KIND: _organisation_kind,
    EligibilityKind.REGION: _region,
    EligibilityKind.OUTSIDE_CAPITAL: _outside_capital,
    EligibilityKind.AGE_AT_MOST: _age_at_most,
    EligibilityKind.RUNNING_AWARDS_AT_MOST: _running_awards,
    EligibilityKind.NO_OVERDUE_REPORT: _no_overdue_report,
    EligibilityKind.ONE_PER_ORGANISATION: _one_per_organisation,
    EligibilityKind.NOT_BANNED: _not_banned,
}
