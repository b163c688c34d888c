"""The sentences of disclosure control, in English and Korean: what is refused."""

from __future__ import annotations

from madang.catalogues import translation
from madang.errors import Refused


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Marks a text for the catalogues."""
    return text


REFUSALS: dict[str, str] = {
    "disclosure_file_unreadable": N_("{file} cannot be read: {why}"),
    "disclosure_columns_missing": N_("{file} lacks these columns: {missing}"),
    "disclosure_row": N_("{file}, line {line}: {column} must be a whole number of at least 0, not “{value}”."),
    "disclosure_dimension_unknown": N_("A table divides by {names}, which is not among the columns given with --by."),
    "disclosure_place_has_other_dimensions": N_("{place} does not have one category for each dimension."),
    "disclosure_entry_impossible": N_("{place} has an amount, but nobody who contributed it."),
    "disclosure_protection_out_of_range": N_("The threshold must be at least 2 and the percentage between 1 and 100."),
}


def refusal(refused: Refused, language: str) -> str:
    """Why something was refused, in "en" or "ko"; a code of another library stays as it is."""
    known = REFUSALS.get(refused.code)
    if not known:
        return str(refused)
    facts = {name: ", ".join(value) if isinstance(value, list) else value for name, value in refused.facts.items()}
    return translation(language).gettext(known).format(**facts)
