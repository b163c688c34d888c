"""What people read about prices and discounts."""

from django.utils.translation import gettext_noop as N_

REFUSALS = {
    "tariff_missing": N_("{product} has no price on {day}."),
    "tariffs_overlap": N_("{product} has two prices on {day}."),
    "currency_unknown": N_("{currency} is no currency that is converted here."),
    "amount_unreadable": N_("“{text}” is no amount. Write digits with at most one point, such as 1,234.56."),
    "amount_too_fine": N_("{text} has more decimals than {currency}, which has {digits}."),
    "rate_unreadable": N_("“{text}” is no exchange rate above nought with at most six decimals."),
    "rate_incomplete": N_(
        "A price in {currency} needs the won for it, for one unit or a hundred, and the day and source of that rate."
    ),
    "reference_once": N_("A reference price is given in won or in another currency, not both and not neither."),
    "price_negative": N_("A price cannot be below zero."),
    "vat_rate_wrong": N_("A price without VAT has the rate zero; one with VAT needs its rate in thousandths."),
    "price_starts_in_issued_month": N_(
        "The statements of {issued} are issued. A change of price must start in a later month, not on {starts_on}."
    ),
    "tariff_starts_same_day": N_("There is already an approved price of {product} that starts on {starts_on}."),
    "product_unknown": N_("There is no such product."),
    "discount_rate_wrong": N_("A discount is from 1 to 1,000 thousandths, not {rate_permille}."),
    "discount_code_taken": N_("There is already a discount with the code {taken}."),
    "discount_for_unknown": N_("No organisation can hold {applies_to}."),
    "discount_unknown": N_("There is no such discount."),
    "discount_after_unknown": N_("There is no discount with the code {after} that this one could come after."),
    "discounts_in_circle": N_("These discounts wait for each other in a circle: {names}."),
    "limit_figure_wrong": N_(
        "A self-pay part is from 1 to 1,000 thousandths, and a ceiling is an amount above zero; {figure} is neither."
    ),
    "limit_years_wrong": N_("A ceiling counts 1 to 10 years; a self-pay part has none."),
    "limit_code_taken": N_("There is already a limit with the code {taken}."),
    "days_end_before_start": N_("The last day ({end}) must lie after the first ({start})."),
}
INPUT = frozenset(
    {"price_negative", "vat_rate_wrong", "discount_rate_wrong", "discount_for_unknown", "days_end_before_start"}
    | {"discount_after_unknown", "limit_figure_wrong", "limit_years_wrong", "limit_code_taken"}
    | {
        "reference_once",
        "currency_unknown",
        "amount_unreadable",
        "amount_too_fine",
        "rate_unreadable",
        "rate_incomplete",
    }
    | {"product_unknown", "discount_unknown", "discount_code_taken", "price_starts_in_issued_month"}
)

KINDS = {
    "reserved": N_("a month for each held"),
    "used": N_("an hour for each used"),
    "daily": N_("a day for each booked"),
}
VATS = {
    "none": N_("Exempt from VAT"),
    "zero": N_("Zero-rated for VAT"),
    "included": N_("VAT included"),
    "added": N_("VAT added"),
}
STACKINGS = {
    "best": N_("Where several discounts apply, only the largest counts."),
    "add": N_("Where several discounts apply, they are added up, to the whole price at most."),
    "multiply": N_("Where several discounts apply, each is taken off what the one before left."),
    "in_order": N_("Where several discounts apply, each says whether it is taken off what another one left."),
}
LIMIT_KINDS = {"self_pay": N_("Self-pay part"), "ceiling": N_("Ceiling of support")}
HOLDERS = {
    "": N_("Every organisation"),
    "young_firm": N_("Firm of a young founder"),
    "start_up": N_("Start-up"),
    "local_firm": N_("Local firm"),
    "kind:company": N_("Company"),
    "kind:university": N_("University"),
    "kind:research_institute": N_("Research institute"),
    "kind:public_body": N_("Public body"),
}
