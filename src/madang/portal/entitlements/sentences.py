"""What people read about supplements and service credits as rules."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "supplement_rule_wrong": N_(
        "A supplement is from 1 to 1,000 thousandths of what was granted, from 0 to 100 percent of use on."
    ),
    "wait_credit_wrong": N_(
        "A service credit needs a promise of whole hours, either thousandths or won for each hour beyond it, and a cap "
        "from 1 to 1,000 thousandths of what is due."
    ),
    "back_charge_rule_wrong": N_("A back charge withdraws from 1 to 1,000 thousandths of the discounts."),
    "entitlement_code_taken": N_("There is already a rule with the code {taken}."),
}
INPUT = frozenset(REFUSALS)
KINDS = {"supplement": N_("Supplement"), "wait_credit": N_("Service credit"), "back_charge": N_("Back charge")}
