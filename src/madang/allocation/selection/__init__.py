"""Finds the best set of choices under limits, and proves how good it is in whole numbers."""

from madang.allocation.selection.choices import Choices, Option, Part
from madang.allocation.selection.prices import Prices
from madang.allocation.selection.search import DEFAULT_WORK, Held, Report, Selection, best
from madang.allocation.selection.standing import IN, MARGINAL, OUT

__all__ = [
    "DEFAULT_WORK", "IN", "MARGINAL", "OUT", "Choices", "Held", "Option", "Part", "Prices", "Report",
    "Selection", "best",
]  # fmt: skip
