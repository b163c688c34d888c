"""Every code of the library has its sentence, in English and in Korean, with all its facts set in."""

import re
import string
from pathlib import Path

import pytest

import madang.compute
from madang.compute import sentences
from madang.compute.sentences import SENTENCES, sentence

FACTS = {
    "node": "node1",
    **dict.fromkeys(
        ("needs", "free", "ahead", "limit", "held", "offered", "exit_code", "signal", "seconds", "given", "nodes"), 3
    ),
    **dict.fromkeys(("least", "most", "part", "jobs", "most_mb", "files"), 3),
    **dict.fromkeys(("type", "detail", "path", "name", "program", "package", "job", "state", "missing"), "x"),
    **dict.fromkeys(("mark", "user", "award", "kind", "host", "command", "line", "said", "step", "cursor"), "x"),
    **dict.fromkeys(("layer", "folder", "file", "found", "wanted"), "x"),
    **dict.fromkeys(("low", "stop", "notice", "months", "month"), 3),
    **{"resource": "cores", "field": "key", "why": "sandbox_fails"},
}


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_code_has_a_sentence_in_both_languages(code):
    english, korean = sentence(code, FACTS, "en"), sentence(code, FACTS, "ko")
    assert "{" not in english + korean
    assert re.search("[가-힣]", korean) and korean.endswith((".", "x"))
    assert not re.search("[가-힣]", english)


@pytest.mark.parametrize("text", SENTENCES.values())
def test_a_translation_sets_in_the_same_facts(text):
    assert fields(sentences.translation("ko").gettext(text)) == fields(text)


def test_what_a_fact_means_is_said_in_words():
    facts = {"resource": "gpus", "type": "H100", "needs": 9, "offered": 4}
    assert sentence("larger_than_machine", facts, "en") == "The job needs 9 GPUs H100 and the machine has 4 in all."
    facts = {"why": "sandbox_missing", "program": "bwrap", "package": "bubblewrap"}
    assert sentence("sandbox_unavailable", facts, "en").endswith("(Debian and Ubuntu: apt install bubblewrap).")


def test_every_code_that_the_library_gives_has_a_sentence():
    given = set()
    for path in Path(madang.compute.__file__).parent.rglob("*.py"):
        source = path.read_text()
        given |= set(re.findall(r'(?:Refused|Reason)\(\s*"([a-z_]+)"', source))
        given |= set(re.findall(r'Oddity\([a-z.]*"?"?,\s*"([a-z_]+)"', source))
        given |= set(re.findall(r'_ending\("[a-z_]+", "([a-z_]+)"', source))
    assert len(given) > 20 and "usage_unreadable" in given and "usage_too_long" in given
    assert given - set(SENTENCES) == set()
