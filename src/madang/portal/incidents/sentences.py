"""The words of reports of damage and accidents: refusals, states, mails, what the journal writes about."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "incident_what_needed": N_("Please say in a few words what happened, in at most {most} letters."),
    "incident_words_needed": N_("Please describe it, in at most {most} letters."),
    "incident_booking_wrong": N_("The facility does not belong to this booking."),
    "incidents_too_many": N_("You have {most} reports that are not ended. Please wait for one of them."),
    "incident_move_wrong": N_("The report cannot go this way from where it is."),
    "incident_over": N_("The report is ended already."),
    "incident_blocks_already": N_("The facility is closed because of this report already."),
}
INPUT = frozenset({"incident_what_needed", "incident_words_needed", "incident_booking_wrong"})
KINDS = {"damage": N_("Damage or fault"), "accident": N_("Accident or near accident")}
SEVERITIES = {
    "slight": N_("Slight: it can be used"),
    "serious": N_("Serious: it can be used only in part"),
    "dangerous": N_("Dangerous: nobody may use it"),
}
STATES = {
    "reported": N_("Newly reported"),
    "seen": N_("Looked at"),
    "working": N_("Being mended"),
    "settled": N_("Settled"),
    "unfounded": N_("Nothing found"),
}
MOVES = {
    "seen": N_("Note as looked at"),
    "working": N_("Begin to mend it"),
    "settled": N_("Settle it"),
    "unfounded": N_("Nothing found"),
}
MAILS = {
    "incident_reported": (
        N_("Reported at {facility}: {what}"),
        N_("Somebody has reported damage or an accident at {facility}: {what}. Please look at it."),
    ),
    "incident_settled": (
        N_("Your report is settled: {what}"),
        N_("What you reported ({what}) is settled. The centre writes: {words}"),
    ),
}
SUBJECTS = {"incident": N_("Report of damage or an accident")}
DEEDS = {
    "incidents.report": N_("Damage or accident at a facility reported"),
    "incidents.move": N_("Report of damage or an accident moved on"),
    "incidents.block": N_("Facility closed because of a report"),
}
