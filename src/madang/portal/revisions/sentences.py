"""The words of sheets that are opened again."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "review_not_handed_in": N_("Only a sheet that was handed in can be opened again."),
    "review_never_reopened": N_("There is no earlier version of this sheet to put back."),
    "review_decided": N_("The intake is decided; its sheets stand."),
    "review_under_minutes": N_(
        "The committee's minutes of this step are approved. Open the meeting again before its sheets can change."
    ),
    "review_barred": N_("The reviewer is barred from this application by now; set the sheet aside instead."),
}
INPUT: frozenset[str] = frozenset()
MAILS = {
    "review_reopened": (
        N_("A sheet of yours was opened again: {number}"),
        N_(
            "{centre} opened your sheet on {number} again, so that you can change it until {due}.\n\n"
            "Reason: {reason}\n\n"
            "What you had handed in is kept as an earlier version. It counts again only if the centre puts it back."
        ),
    ),
}
