"""Every sentence has its Korean, with the same names in braces; none is left over."""

import ast
import json
import re
from pathlib import Path

import pytest

import smear_reader
from smear_reader.words import KOREAN, say

HERE = Path(smear_reader.__file__).parent


def marked():
    """What `text(...)` marks in the package."""
    found = set()
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                (sentence,) = node.args
                assert isinstance(sentence, ast.Constant), f"{path.name}:{node.lineno}"
                found.add(sentence.value)
    return found


def test_all_is_translated_and_nothing_is_left_over():
    assert set(json.loads(KOREAN.read_text(encoding="utf-8"))) == marked()


def test_translations_name_the_same_facts():
    for english, korean in json.loads(KOREAN.read_text(encoding="utf-8")).items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", korean)), english


def test_no_particle_depends_on_a_value():
    for korean in json.loads(KOREAN.read_text(encoding="utf-8")).values():
        assert not re.search(r"[이가을를은는과와]\([이가을를은는과와]\)", korean)
        assert not re.search(r"\}(을|를|이|가|은|는|과|와|로|으로)\b", korean), korean


def test_a_sentence_is_filled():
    assert say("en", "Sample {name}", name="S1-22") == "Sample S1-22"
    assert say("ko", "Sample {name}", name="S1-22") == "검체 S1-22"
    with pytest.raises(KeyError):
        say("ko", "Nobody said this")
