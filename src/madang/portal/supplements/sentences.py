"""The words of supplements: refusals and mails."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "supplement_not_running": N_("Only the holder of an award in force can ask for a supplement."),
    "supplement_no_rule": N_("No rule on supplements is in force today."),
    "supplement_unknown": N_("The award does not give this product."),
    "supplement_none_left": N_("No month of the award is left for a supplement."),
    "supplement_quantity": N_("From 1 to {most} can be asked for and granted."),
    "supplement_too_early": N_("A supplement can be asked for once {percent} percent is used or set aside for jobs."),
    "supplement_reasons": N_("Please give the reasons."),
    "supplement_asked": N_("A supplement of this award was asked for or granted already; there is one."),
    "supplement_decided": N_("This supplement is decided already."),
    "supplement_draft_waits": N_("A draft waits for an approver. It has to be decided or taken back first."),
}
INPUT = frozenset({"supplement_unknown", "supplement_quantity", "supplement_reasons"})

MAILS = {
    "supplement_granted": (
        N_("The supplement to award {number} is granted"),
        N_(
            "{centre} has granted {quantity} more of {product} for “{title}”. From when it counts and the reason stand "
            "at the link."
        ),
    ),
    "supplement_refused": (
        N_("The supplement to award {number} is not granted"),
        N_("{centre} does not grant the supplement of {product} for “{title}”. You find the reason at the link."),
    ),
}
