"""The value of support by organisation and calendar year, for its declaration of aid, with what its ceilings leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum
from django.db.models.functions import Substr

from madang.accounting.limits import ceilings, room
from madang.portal.actors import Actor
from madang.portal.billing.models import CreditNote, Statement
from madang.portal.billing.rules import StatementState
from madang.portal.creditnotes.rules import NoteState
from madang.portal.people.models import Organisation, Verdict
from madang.portal.prices import limits as stored_limits
from madang.portal.prices.rules import Held, Limit, attributes_on

Support = dict[int, dict[int, int]]


@dataclass(frozen=True)
class Declared:
    """An organisation's support by calendar year from issued statements, and (ceiling, room left) as of today."""

    organisation: Organisation
    by_year: tuple[tuple[int, int], ...]
    ceilings: tuple[tuple[Limit, int], ...]

    @property
    def total(self) -> int:
        """The support of all years."""
        return sum(won for _year, won in self.by_year)


def supported_before(organisations: Iterable[int], month: str) -> Support:
    """Support by organisation and calendar year in the statements before a month, drafts counted in.

    What credit notes changed of it counts in the year of their statement.
    """
    return _by_year(Statement.objects.filter(organisation__in=list(organisations), month__lt=month))


def _by_year(rows: QuerySet[Statement]) -> Support:
    found: Support = defaultdict(dict)
    sums = rows.annotate(year=Substr("month", 1, 4)).values_list("organisation", "year").annotate(sum=Sum("subsidy"))
    for organisation, year, won in sums.order_by("organisation", "year"):
        found[organisation][int(year)] = won
    notes = CreditNote.objects.filter(state=NoteState.ISSUED, statement__in=rows.order_by().values("pk"))
    for organisation, month, won in notes.values_list("statement__organisation", "statement__month", "subsidy"):
        found[organisation][int(month[:4])] -= won
    return dict(found)


def organisations(by: Actor) -> QuerySet[Organisation]:
    """Those with an issued statement: the actor's own, all of them for staff and auditors; in order of names."""
    issued = Statement.objects.filter(state=StatementState.ISSUED).values("organisation")
    rows = Organisation.objects.filter(pk__in=issued).order_by("name", "pk")
    return rows if by.reads_everything else rows.filter(pk__in=by.memberships)


def declared(shown: Iterable[Organisation], today: date) -> list[Declared]:
    """What each organisation declares, in four queries."""
    wanted = list(shown)
    supported = _by_year(Statement.objects.filter(organisation__in=wanted, state=StatementState.ISSUED))
    held, limits = verdicts_of(one.pk for one in wanted), stored_limits.values()
    return [_declared(one, supported.get(one.pk, {}), held.get(one.pk, []), limits, today) for one in wanted]


def verdicts_of(organisations: Iterable[int]) -> Mapping[int, list[Held]]:
    """The verdicts of several organisations, in one query."""
    found: dict[int, list[Held]] = defaultdict(list)
    rows = Verdict.objects.filter(organisation__in=list(organisations)).order_by("valid_from", "pk")
    for organisation, *verdict in rows.values_list("organisation", "attribute", "holds", "valid_from", "valid_until"):
        found[organisation].append(Held(*verdict))
    return found


def _declared(
    organisation: Organisation, by_year: dict[int, int], held: list[Held], limits: list[Limit], today: date
) -> Declared:
    binding = ceilings(limits, attributes_on(organisation.kind, held, today), today)
    left = tuple((one, room(one, by_year, today.year)) for one in binding)
    return Declared(organisation, tuple(sorted(by_year.items(), reverse=True)), left)
