"""Every action and every kind of thing that is written into the journal has its words, and no word is left over."""

import ast
import re

import pytest
from house.repository import PORTAL, domains

from madang.accounting.ledger import Kind
from madang.catalogues import translation
from madang.portal.actors import Via
from madang.portal.cluster.rules import ChangeState
from madang.portal.journal import deeds, kinds
from madang.portal.journal.seeds.retention import RULES
from madang.portal.reviews.rules import AssignmentState

# A code that the code puts together at run time, with what it can become.
PUT_TOGETHER = {
    "reviews.{}": [AssignmentState.DECLINED, AssignmentState.RECUSED, AssignmentState.WITHDRAWN],
    "approvals.{}": ["approve", "reject"],
    "ledger.{}": list(Kind),
    "sanctions.{}": [
        "find",
        "notice",
        "answer",
        "reduce",
        "drop",
        "decide",
        "follow",
        "appeal",
        "uphold",
        "annul",
    ],
    "cluster.{}": [ChangeState.ENDED, ChangeState.FAILED, ChangeState.OUTDATED],
    "awards.{}": ["accepted", "declined"],
    "organisations.{}": ["leave", "remove_member"],
}
CALLS = {"record", "read", "destroyed"}
WRITERS = ("actions.py", "chores.py", "importer.py")


def written() -> tuple[set[str], set[str]]:
    """The codes and kinds that the portal names: literals, and templates of f-strings with {} in them."""
    codes, kinds = set(), set()
    parts = "|".join(domains())
    for file in sorted(PORTAL.glob("*/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if file.name in WRITERS and re.fullmatch(rf"({parts})\.[a-z_]+", text(node)):
                codes.add(text(node))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in CALLS:
                given = {word.arg: word.value for word in node.keywords}
                codes |= {text(did) for did in [given.get("did")] if isinstance(did, ast.JoinedStr | ast.Constant)}
                kinds |= {text(kind) for kind in [given.get("kind")] if isinstance(kind, ast.Constant)}
    return codes, kinds


def text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_action_has_its_words_and_no_words_are_left_over():
    codes, _ = written()
    templates = {code for code in codes if "{}" in code}
    assert templates == set(PUT_TOGETHER)
    every = (codes - templates) | {code.format(piece) for code, pieces in PUT_TOGETHER.items() for piece in pieces}
    assert every == set(deeds.DEEDS)


def test_every_kind_has_its_word():
    _, said = written()
    assert said | {rule.kind for rule in RULES} <= set(kinds.KINDS)
    assert set(kinds.FACES) == set(Via)
    assert {code.partition(".")[0] for code in deeds.DEEDS} == set(kinds.DOMAINS)


@pytest.mark.parametrize("words", [deeds.DEEDS, kinds.KINDS, kinds.DOMAINS, kinds.FACES])
def test_the_words_stand_in_korean_too(words):
    korean = translation("ko")
    lacking = {word for word in words.values() if not re.search("[가-힣]", korean.gettext(word))}
    assert lacking <= {"API"}
