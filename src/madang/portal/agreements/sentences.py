"""The words of agreements: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "agreement_not_open": N_("This version of the agreement is not open for signing."),
    "agreement_signed_already": N_("This side has signed already."),
    "agreement_other_text": N_("The text that was signed is not the text of this agreement."),
    "agreement_paper_waiting": N_("A signed paper waits to be looked at already."),
    "agreement_comment_needed": N_("Please say what is wrong with the paper."),
    "signing_password_wrong": N_("The password is not right, so nothing was signed."),
    "font_missing": N_(
        "This machine has no Korean font, so the PDF cannot be made. Please ask the operator to install one of: "
        "{packages}."
    ),
}
INPUT = frozenset({"agreement_comment_needed", "signing_password_wrong"})

MAILS = {
    "agreement_anew": (
        N_("A new version of agreement {number} waits for your signature"),
        N_(
            "{centre} has drawn up version {version} of the agreement on award {number}. What was signed before no "
            "longer counts: please read the new version and sign it."
        ),
    ),
    "agreement_to_sign": (
        N_("Agreement {number} waits for the centre's signature"),
        N_(
            "The user has signed the agreement on award {number} at {centre}. It is in force once the centre signs too."
        ),
    ),
    "agreement_paper_refused": (
        N_("Your signed agreement {number} was sent back"),
        N_("{centre} looked at the signed paper and cannot accept it: {comment}"),
    ),
}

SIDES = {"body": N_("The centre"), "user": N_("The user")}
METHODS = {"click": N_("By click with password"), "signed_file": N_("By signed paper")}
PAPER_STATES = {
    "waiting": N_("Waits to be looked at"),
    "confirmed": N_("Confirmed"),
    "refused": N_("Sent back"),
}
