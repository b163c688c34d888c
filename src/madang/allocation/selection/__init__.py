"""Finds the best set of choices under limits, and proves how good it is in whole numbers."""

from madang.allocation.selection.choices import Choices, Option, Part

__all__ = ["Choices", "Option", "Part"]
