"""The words and tones of states, so that one state looks and reads the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from madang.portal.bookedjobs.sentences import STATES as CARRIED_WORDS
from madang.portal.bookings.sentences import STATES as BOOKING_WORDS
from madang.portal.camp.sentences import BID_STATES as BID_WORDS
from madang.portal.camp.sentences import CALL_STATES as TENANT_CALL_WORDS
from madang.portal.cluster.sentences import CHANGES as CHANGE_WORDS
from madang.portal.companies.sentences import STAGES as COMPANY_WORDS
from madang.portal.courses.sentences import COHORT_STATES as COHORT_WORDS
from madang.portal.environments.sentences import STATES as ENVIRONMENT_WORDS
from madang.portal.facilities.sentences import STATES as FACILITY_WORDS
from madang.portal.incidents.sentences import STATES as INCIDENT_WORDS
from madang.portal.jobs.sentences import STATES as JOB_WORDS
from madang.portal.learners.sentences import PLACEMENT_STATES as PLACEMENT_WORDS
from madang.portal.learners.sentences import STATES as LEARNER_WORDS
from madang.portal.outcomes.sentences import STATES as OUTCOME_WORDS
from madang.portal.sanctions.sentences import STATES as SANCTION_WORDS
from madang.portal.tenancies.sentences import STATES as TENANCY_WORDS
from madang.portal.tenancies.sentences import UPKEEP as UPKEEP_WORDS
from madang.portal.wageclaims.sentences import STATES as WAGE_CLAIM_WORDS

NEUTRAL, WAITING, ACTIVE, GOOD, BAD = "neutral", "warning", "information", "success", "danger"


def _of(kind: str, words: Mapping[str, str], tones: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """The states of a kind of thing that has words of its own for every state, by "kind.value"."""
    return {f"{kind}.{state}": (tones[state], gettext_lazy(word)) for state, word in words.items()}


# value of a state -> its tone and its word; where a kind of thing means another by the same value: "kind.value"
STATES = {
    "draft": (NEUTRAL, pgettext_lazy("state", "Draft")),
    "planned": (NEUTRAL, pgettext_lazy("state", "Planned")),
    "published": (ACTIVE, pgettext_lazy("state", "Published")),
    "open": (GOOD, pgettext_lazy("state", "Open")),
    "screening": (ACTIVE, pgettext_lazy("state", "Screening")),
    "in_review": (ACTIVE, pgettext_lazy("state", "In review")),
    "decided": (GOOD, pgettext_lazy("state", "Decided")),
    "closed": (NEUTRAL, pgettext_lazy("state", "Closed")),
    "submitted": (ACTIVE, pgettext_lazy("state", "Submitted")),
    "reopened": (WAITING, pgettext_lazy("state", "Being changed")),
    "withdrawn": (NEUTRAL, pgettext_lazy("state", "Withdrawn")),
    "eligible": (GOOD, pgettext_lazy("state", "Eligible")),
    "ineligible": (BAD, pgettext_lazy("state", "Not eligible")),
    "assigned": (WAITING, pgettext_lazy("state", "Assigned")),
    "recused": (NEUTRAL, pgettext_lazy("state", "Recused")),
    "writing": (WAITING, pgettext_lazy("state", "Being written")),
    "consensus.sent": (ACTIVE, pgettext_lazy("state", "Sent to the reviewers")),
    "waiting": (WAITING, pgettext_lazy("state", "Waiting")),
    "approved": (GOOD, pgettext_lazy("state", "Approved")),
    "rejected": (BAD, pgettext_lazy("state", "Rejected")),
    "confirmed": (GOOD, pgettext_lazy("state", "Confirmed")),
    "done": (GOOD, pgettext_lazy("state", "Done")),
    "stopped": (NEUTRAL, pgettext_lazy("state", "Stopped")),
    "solving": (ACTIVE, pgettext_lazy("state", "Being solved")),
    "checked": (GOOD, pgettext_lazy("state", "Checked")),
    "faulty": (BAD, pgettext_lazy("state", "Faulty")),
    "adopted": (GOOD, pgettext_lazy("state", "Adopted")),
    "superseded": (NEUTRAL, pgettext_lazy("state", "Superseded")),
    "awarded": (GOOD, pgettext_lazy("state", "Selected")),
    "reserve": (WAITING, pgettext_lazy("state", "Reserve list")),
    "refused": (NEUTRAL, pgettext_lazy("state", "Not selected")),
    "held": (NEUTRAL, pgettext_lazy("state", "Not yet published")),
    "offered": (WAITING, pgettext_lazy("state", "Offered")),
    "accepted": (ACTIVE, pgettext_lazy("state", "Accepted")),
    "declined": (NEUTRAL, pgettext_lazy("state", "Declined")),
    "lapsed": (NEUTRAL, pgettext_lazy("state", "Lapsed")),
    "in_force": (GOOD, pgettext_lazy("state", "In force")),
    "ended": (NEUTRAL, pgettext_lazy("state", "Ended")),
    "running": (ACTIVE, pgettext_lazy("state", "Running")),
    "succeeded": (GOOD, pgettext_lazy("state", "Succeeded")),
    "failed": (BAD, pgettext_lazy("state", "Failed")),
    "cancelled": (NEUTRAL, pgettext_lazy("state", "Cancelled")),
    "timed_out": (BAD, pgettext_lazy("state", "Time used up")),
    "lost": (BAD, pgettext_lazy("state", "Lost")),
    "issued": (GOOD, pgettext_lazy("state", "Issued")),
    "settlement.open": (WAITING, pgettext_lazy("state", "Not settled")),
    "month_running": (ACTIVE, pgettext_lazy("state", "Month runs")),
    "month_in_grace": (WAITING, pgettext_lazy("state", "Waits for late use")),
    "month_to_close": (WAITING, pgettext_lazy("state", "To be closed")),
    "month_closed": (GOOD, pgettext_lazy("state", "Books closed")),
    "month_issued": (GOOD, pgettext_lazy("state", "Statements issued")),
    "difference.open": (WAITING, pgettext_lazy("state", "To be decided")),
    "difference.settled": (GOOD, pgettext_lazy("state", "Taken over")),
    "difference.dismissed": (NEUTRAL, pgettext_lazy("state", "Left as booked")),
    "wanted": (WAITING, pgettext_lazy("state", "Asked for")),
    "expense.draft": (WAITING, pgettext_lazy("state", "To be agreed on")),
    "expense.agreed": (GOOD, pgettext_lazy("state", "Agreed on")),
    "expense.replaced": (NEUTRAL, pgettext_lazy("state", "Replaced")),
    "supply.draft": (WAITING, pgettext_lazy("state", "To be agreed on")),
    "supply.agreed": (GOOD, pgettext_lazy("state", "Agreed on")),
    "transfer.asked": (WAITING, pgettext_lazy("state", "To be decided")),
    "transfer.done": (GOOD, pgettext_lazy("state", "Exchanged")),
    "transfer.refused": (NEUTRAL, pgettext_lazy("state", "Turned down")),
    "transfer.withdrawn": (NEUTRAL, pgettext_lazy("state", "Withdrawn")),
    "supplement.asked": (WAITING, pgettext_lazy("state", "To be decided")),
    "supplement.granted": (GOOD, pgettext_lazy("state", "Granted")),
    "supplement.refused": (NEUTRAL, pgettext_lazy("state", "Not granted")),
    "supplement.withdrawn": (NEUTRAL, pgettext_lazy("state", "Withdrawn")),
    "noticed": (WAITING, pgettext_lazy("state", "Notice given")),
    "dropped": (NEUTRAL, pgettext_lazy("state", "Dropped")),
    "found": (ACTIVE, pgettext_lazy("state", "To be confirmed")),
    "taken_back": (BAD, pgettext_lazy("state", "Taken back")),
    "settled": (GOOD, pgettext_lazy("state", "Settled")),
    "sent": (GOOD, pgettext_lazy("state", "Sent")),
    "given": (GOOD, pgettext_lazy("state", "Given")),
    "lapsing": (WAITING, pgettext_lazy("state", "About to lapse")),
    "stale": (BAD, pgettext_lazy("state", "Too old")),
    "undated": (WAITING, pgettext_lazy("state", "Without a date")),
    "missing": (BAD, pgettext_lazy("state", "Missing")),
    "expired": (NEUTRAL, pgettext_lazy("state", "Expired")),
    "revoked": (NEUTRAL, pgettext_lazy("state", "Revoked")),
    "tariff.in_force": (GOOD, pgettext_lazy("state", "Applies now")),
    "paper.refused": (BAD, pgettext_lazy("state", "Refused")),
    "committed": (NEUTRAL, pgettext_lazy("state", "Committed to")),
    "sitting": (ACTIVE, pgettext_lazy("state", "In session")),
    "meeting.closed": (GOOD, pgettext_lazy("state", "Minutes approved")),
    "frozen": (ACTIVE, pgettext_lazy("state", "Pool frozen")),
    "drawn": (GOOD, pgettext_lazy("state", "Drawn")),
    "abandoned": (BAD, pgettext_lazy("state", "Given up")),
    "pooled": (NEUTRAL, pgettext_lazy("state", "Not asked")),
    "absent": (NEUTRAL, pgettext_lazy("state", "No answer")),
    "upheld": (GOOD, pgettext_lazy("state", "Upheld")),
    "dismissed": (NEUTRAL, pgettext_lazy("state", "Dismissed")),
    "candidate.accepted": (GOOD, pgettext_lazy("state", "Member")),
    "candidate.refused": (NEUTRAL, pgettext_lazy("state", "Cannot take part")),
    "review.declined": (NEUTRAL, pgettext_lazy("state", "Handed back")),
    "statement.draft": (WAITING, pgettext_lazy("state", "Preliminary")),
    "nothing_owed": (NEUTRAL, pgettext_lazy("state", "Nothing to pay")),
    "payment.open": (WAITING, pgettext_lazy("state", "To be paid")),
    "part_paid": (WAITING, pgettext_lazy("state", "Paid in part")),
    "paid": (GOOD, pgettext_lazy("state", "Paid")),
    "over_paid": (ACTIVE, pgettext_lazy("state", "Paid too much")),
    "overdue": (BAD, pgettext_lazy("state", "Overdue")),
    "approval.withdrawn": (NEUTRAL, pgettext_lazy("state", "Taken back by its drafter")),
}
# A job has words of its own for every state: "refused" is not "not selected".
STATES |= _of(
    "job",
    JOB_WORDS,
    {
        "accepted": WAITING,
        "waiting": WAITING,
        "running": ACTIVE,
        "succeeded": GOOD,
        "failed": BAD,
        "timed_out": BAD,
        "lost": BAD,
        "cancelled": NEUTRAL,
        "refused": BAD,
        "idle_stopped": BAD,
        "award_over": NEUTRAL,
        "booking_ended": NEUTRAL,
        "job_before_failed": NEUTRAL,
    },
)

STATES |= _of(
    "environment", ENVIRONMENT_WORDS, {"building": ACTIVE, "ready": GOOD, "failed": BAD, "withdrawn": NEUTRAL}
)
STATES |= _of("change", CHANGE_WORDS, {"asked": ACTIVE, "ended": GOOD, "failed": BAD, "outdated": WAITING})
STATES |= _of(
    "sanction",
    SANCTION_WORDS,
    {
        "found": NEUTRAL,
        "noticed": WAITING,
        "unanswered": WAITING,
        "answered": ACTIVE,
        "dropped": NEUTRAL,
        "decided": BAD,
        "appealed": ACTIVE,
        "upheld": BAD,
        "annulled": NEUTRAL,
        "ended": GOOD,
    },
)
STATES |= _of("carried", CARRIED_WORDS, {"owed": WAITING, "starting": ACTIVE, "submitted": GOOD, "refused": BAD})
STATES |= _of(
    "booking",
    BOOKING_WORDS,
    {
        "queued": WAITING,
        "asked": WAITING,
        "confirmed": GOOD,
        "used": ACTIVE,
        "refused": BAD,
        "cancelled": NEUTRAL,
        "missed": BAD,
        "lapsed": NEUTRAL,
    },
)
STATES |= _of("outcome", OUTCOME_WORDS, {"draft": WAITING, "handed_in": ACTIVE, "accepted": GOOD, "mend": WAITING})
STATES |= _of("facility", FACILITY_WORDS, {"in_use": GOOD, "repair": WAITING, "retired": NEUTRAL})
STATES |= _of(
    "company",
    COMPANY_WORDS,
    {
        "contact": NEUTRAL,
        "visit": NEUTRAL,
        "memorandum": ACTIVE,
        "plan": ACTIVE,
        "lease": ACTIVE,
        "office": GOOD,
        "grown": GOOD,
        "left": NEUTRAL,
    },
)

STATES |= _of("cohort", COHORT_WORDS, {"draft": WAITING, "open": ACTIVE, "selected": GOOD, "ended": NEUTRAL})
STATES |= _of(
    "learner",
    LEARNER_WORDS,
    {
        "applied": ACTIVE,
        "seated": GOOD,
        "reserve": WAITING,
        "refused": NEUTRAL,
        "withdrawn": NEUTRAL,
        "left": NEUTRAL,
        "graduated": GOOD,
        "unfinished": NEUTRAL,
    },
)
STATES |= _of("placement", PLACEMENT_WORDS, {"told": WAITING, "accepted": GOOD, "refused": NEUTRAL})
STATES |= _of("wageclaim", WAGE_CLAIM_WORDS, {"claimed": WAITING, "accepted": GOOD, "refused": NEUTRAL})
STATES |= _of(
    "bid",
    BID_WORDS,
    {
        "handed_in": WAITING,
        "withdrawn": NEUTRAL,
        "selected": GOOD,
        "reserve": WAITING,
        "not_selected": NEUTRAL,
    },
)
STATES |= _of(
    "tenantcall",
    TENANT_CALL_WORDS,
    {"draft": NEUTRAL, "planned": NEUTRAL, "open": GOOD, "judged": ACTIVE, "decided": NEUTRAL},
)
STATES |= _of(
    "tenancy",
    TENANCY_WORDS,
    {
        "offered": WAITING,
        "signed": ACTIVE,
        "running": GOOD,
        "ended": WAITING,
        "checked_out": NEUTRAL,
        "declined": NEUTRAL,
        "lapsed": NEUTRAL,
        "dropped": NEUTRAL,
    },
)
STATES |= _of(
    "incident",
    INCIDENT_WORDS,
    {"reported": WAITING, "seen": ACTIVE, "working": ACTIVE, "settled": GOOD, "unfounded": NEUTRAL},
)
STATES |= _of(
    "upkeep",
    UPKEEP_WORDS,
    {
        "asked": WAITING,
        "seen": ACTIVE,
        "working": ACTIVE,
        "done": GOOD,
        "reopened": BAD,
        "confirmed": GOOD,
        "withdrawn": NEUTRAL,
    },
)


def tone(state: str, kind: str = "") -> str:
    """The tone in which a state is shown: neutral, information, success, warning or danger."""
    return (STATES.get(f"{kind}.{state}") or STATES[state])[0]


def word(state: str, kind: str = "") -> str:
    """The word for a state (of a kind of thing, where that has its own), in the language of the moment."""
    return str((STATES.get(f"{kind}.{state}") or STATES[state])[1])
