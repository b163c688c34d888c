"""What people read about the settlement of a year."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "year_not_written": N_("{year} is not a year."),
    "settlement_year_runs": N_("{year} is not over. A year is settled once its last statement is issued."),
    "settlement_drafts_left": N_("{statements} statements of {year} are not issued yet."),
    "settlement_nothing": N_("In {year} nothing was supported and nothing entered, so there is nothing to settle."),
    "settlement_not_even": N_(
        "Of {source}, ₩{left} are neither used, returned nor carried on. Enter where they go, then settle the year."
    ),
    "settlement_changed": N_("The year has changed since the settlement was drafted. Draft it again."),
    "entry_reversed_already": N_("This entry has been taken back already."),
    "entry_document_needed": N_("Please name the paper that the amount rests on."),
    "entry_award_only_disallowed": N_("Only what was disallowed names an award."),
    "award_number_unknown": N_("There is no award with this number."),
}
INPUT = frozenset({"year_not_written", "entry_document_needed", "entry_award_only_disallowed", "award_number_unknown"})
ITEMS = {
    "granted": N_("Granted by the funder"),
    "carried_in": N_("Carried on from the year before"),
    "interest": N_("Interest"),
    "disallowed": N_("Disallowed by the funder"),
    "returned": N_("Returned to the funder"),
    "carried_out": N_("Carried on into the next year"),
}
