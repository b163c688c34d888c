"""The words of transfers: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "transfer_rate_figures": N_(
        "A rate is of whole hours from 1 to 1,000,000 on both sides, and its shares are from 0 to 1,000 thousandths, "
        "the least not above the most."
    ),
    "transfer_rate_pools": N_(
        "A rate is from a pool that is sold by the hour to a product of another pool that counts the same unit."
    ),
    "transfer_rate_back": N_("What is held by the month cannot go back."),
    "transfer_rate_past": N_("A rate begins and ends today or later."),
    "transfer_rate_code_taken": N_("There is already a rate with the code {taken}."),
    "transfer_rate_overlaps": N_("On these days the rate {rate} between the same pools is in force. End it first."),
    "transfer_rate_circle": N_(
        "With this rate somebody could exchange in a circle and come back with more hours than before."
    ),
    "transfer_not_running": N_("Only the holder of an award in force can transfer hours."),
    "transfer_none": N_(
        "This transfer is not possible now: no such rate is in force today, nothing is left to transfer, or the centre "
        "has given notice of a take-back in this pool."
    ),
    "transfer_too_little": N_("That is not enough for one. At least {hours} hours are needed."),
    "transfer_least": N_("At this rate at least {hours} hours are transferred at once."),
    "transfer_most": N_("At most {hours} hours can be transferred now."),
    "transfer_asked": N_("A transfer of this award waits for the centre's decision."),
    "transfer_reasons": N_("Please give the reasons."),
    "transfer_decided": N_("This transfer is decided already."),
    "transfer_changed": N_(
        "By now this transfer would come to something else than was asked for. Turn it down, so that it can be asked "
        "for anew."
    ),
}
INPUT = frozenset(
    {
        "transfer_rate_figures", "transfer_rate_pools", "transfer_rate_back", "transfer_rate_past",
        "transfer_rate_code_taken", "transfer_rate_circle", "transfer_too_little", "transfer_least", "transfer_most",
        "transfer_reasons",
    }
)  # fmt: skip

MAILS = {
    "transfer_done": (
        N_("The transfer of award {number} is done"),
        N_(
            "{centre} has approved the transfer of “{title}”: {given} of {pool} went out, and {got} of {product} came "
            "in. You find the reason at the link."
        ),
    ),
    "transfer_refused": (
        N_("The transfer of award {number} is turned down"),
        N_(
            "{centre} does not approve the transfer of {given} of {pool} of “{title}”. Nothing has changed; you find "
            "the reason at the link."
        ),
    ),
}
