"""The words of conflicts of interest: refusals, what one may rest on, and what follows."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "conflict_rules_fixed": N_(
        "The rules on conflicts of interest stand once the first intake of the call has opened."
    ),
    "conflict_rules_reason_needed": N_("Please say why the rules are set so; everybody can read it."),
    "conflict_rules_same": N_("These rules count already."),
    "conflict_rule_invalid": N_("The rule on “{ground}” cannot be used so."),
}
INPUT = frozenset({"conflict_rules_reason_needed", "conflict_rules_same", "conflict_rule_invalid"})

GROUNDS = {
    "same_organisation": N_("Belongs to the organisation"),
    "former_organisation": N_("Belonged to the organisation"),
    "same_department": N_("Belongs to the same department"),
    "firm_group": N_("Belongs to a firm of the same group"),
    "member": N_("Takes part in the project"),
    "relative": N_("A relative is involved"),
    "financial": N_("Has a financial interest"),
    "advice": N_("Advised or worked for the applicant"),
    "superior": N_("Is or was the superior of one of the applicants"),
    "supervision": N_("Taught one of the applicants, or was taught by one"),
    "coauthor": N_("Published together with one of the applicants"),
    "recusal": N_("Has stepped back"),
    "challenge": N_("Was challenged by the applicant"),
    "possible_match": N_("May be one of the applicants, by name or address"),
    "sanctioned": N_("Was sanctioned for misconduct in an evaluation"),
    "other": N_("Declared another interest"),
}
SEVERITIES = {
    "excludes": N_("Barred"),
    "open": N_("Barred until somebody has looked"),
    "warns": N_("Only a note"),
    "": N_("No conflict"),
}
