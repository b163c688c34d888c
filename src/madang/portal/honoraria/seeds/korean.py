"""What Korean law has a payer keep back of a reviewer's fee; a centre adds rows when the law changes."""

from __future__ import annotations

from datetime import date

from madang.portal.honoraria.rules import IncomeKind, Withholding

# Other income: 60 % count as expenses, 20 % tax, a tenth of that as local income tax, none on income up to 50,000 won
# (a payment of 125,000). Business income of a person: 3 % and a tenth of that. Both taxes are cut down to ten won.
RULES = [
    (
        Withholding(date(2019, 1, 1), IncomeKind.OTHER, 600, 200, 100, 50_000, 10),
        "소득세법 제21조·제84조·제129조, 소득세법 시행령 제87조, 지방세법 제103조의13",
    ),
    (
        Withholding(date(2019, 1, 1), IncomeKind.BUSINESS, 0, 30, 100, 0, 10),
        "소득세법 제129조, 지방세법 제103조의13",
    ),
]
