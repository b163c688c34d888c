"""The titles and definitions of the public figures, and what they refuse."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {"figure_unknown": N_("There is no public figure named {name}.")}
INPUT = frozenset({"figure_unknown"})

# code: (title, definition)
FIGURES = {
    "demand": (
        N_("Applications and awards"),
        N_(
            "Applications: those submitted and not withdrawn. Awards: published decisions that gave something. "
            "GPUs asked for: of the submission in force, the quantity asked times the GPUs in each. "
            "GPUs given: the same of the awards. Only calls whose intakes were published count; "
            "decisions count from the day they are published."
        ),
    ),
    "supported": (
        N_("Organisations and projects supported"),
        N_("Projects: awards whose agreement came into force. Organisations: those that hold at least one of them."),
    ),
    "use": (
        N_("Use of funded capacity"),
        N_(
            "Used: hours metered by the machines and posted to the ledger, by the day they were used. "
            "Funded: units with operating money times the hours of the month, up to the moment shown. "
            "Utilisation: used divided by funded."
        ),
    ),
    "value": (
        N_("Value of support"),
        N_(
            "For each month's statements, drafts included: the market reference price of what was held or used, "
            "less what the users owe for it."
        ),
    ),
    "companies": (
        N_("Memoranda and offices"),
        N_(
            "Memoranda: companies that signed a memorandum, which is an intention. Offices: companies that opened an "
            "office, shown by its business registration number, its address and the people there on a day; of these, "
            "those that have not departed. The two are never added up, and companies that became one count once."
        ),
    ),
    "reported": (
        N_("As others reported"),
        N_("Figures on a call that others published, with their source, beside those worked out here."),
    ),
}
