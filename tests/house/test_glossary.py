"""The glossary is a table that both people and tests can read."""

from collections import Counter

from house.repository import ROOT
from house.texts import HANGUL


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the glossary's tables."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("| English", "|--"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def faults(found: list[list[str]]) -> list[str]:
    wrong = []
    for row in found:
        if len(row) != 3 or not all(row):
            wrong.append(f"three cells are wanted: {row}")
        elif HANGUL.search(row[0]) or not HANGUL.search(row[1]):
            wrong.append(f"English comes first, Korean second: {row}")
        elif row[2].endswith("."):
            wrong.append(f"a meaning is a phrase, no sentence: {row}")
    for column in (0, 1):
        words = Counter(row[column].casefold() for row in found if len(row) == 3)
        wrong += [f"stands twice: {word}" for word, times in words.items() if times > 1]
    return wrong


def test_every_row_is_well_formed_and_unique():
    found = rows((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))
    assert len(found) > 80
    assert faults(found) == []


def test_faults_are_found():
    good = ["call", "공고", "a published invitation"]
    assert faults([good]) == []
    assert faults([good, ["award", "배정", ""]]) != []
    assert faults([["공고", "call", "a published invitation"]]) != []
    assert faults([good, ["Call", "모집", "an invitation"]]) == ["stands twice: call"]
    assert faults([good, ["notice", "공고", "an invitation"]]) == ["stands twice: 공고"]
    assert faults([["call", "공고", "An invitation."]]) != []
