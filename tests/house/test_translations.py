"""Every text is translated, every translation is used, and the glossary's words are the ones that are used."""

import re

import pytest
from house import texts
from house.repository import SOURCE, files, python_files, shown

from madang import catalogues
from madang.catalogues import Entry, Text

# Hangul may stand here: the languages' own names and the default name of a centre; what a demonstration is seeded with
HANGUL_ALLOWED = (
    "src/madang/portal/settings.py",
    "src/madang/locale/",
)
HANGUL_FOLDERS = {"demonstration", "seed", "seeds"}


def entry(english: str, *korean: str, plural: str | None = None, context: str | None = None) -> Entry:
    return Entry(Text(context, english, plural), korean, False, "made-up.po", 1)


@pytest.fixture(scope="module")
def korean() -> list[Entry]:
    return catalogues.entries("ko")


@pytest.fixture(scope="module")
def wanted() -> set[Text]:
    return catalogues.sources(SOURCE) | texts.template_sources(SOURCE)


def test_every_text_has_a_korean_translation(wanted, korean):
    assert texts.untranslated(wanted, korean) == []


def test_no_entry_is_unused(wanted, korean):
    assert texts.unused(wanted, korean) == []


def test_placeholders_are_the_same_in_both_languages(korean):
    assert texts.wrong_placeholders(korean) == []


def test_no_particle_waits_for_what_stands_before_it(korean):
    """Which particle follows depends on the last sound of a value: a sentence is written so that none does."""
    both = re.compile(r"을\(를\)|를\(을\)|이\(가\)|가\(이\)|은\(는\)|는\(은\)|과\(와\)|와\(과\)|\(으\)로|\(이\)")
    assert [one.place for one in korean if any(both.search(text) for text in one.translations)] == []


def test_the_words_of_the_glossary_are_used(korean):
    assert texts.wrong_words(korean) == []


def test_no_text_is_built_before_it_is_translated():
    found = {shown(path): catalogues.built_texts(path.read_text(encoding="utf-8")) for path in python_files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_korean_stands_in_the_catalogues_only():
    found = {}
    for path in files():
        name = shown(path)
        allowed = name.startswith(HANGUL_ALLOWED) or HANGUL_FOLDERS & set(path.parts)
        if (
            path.is_relative_to(SOURCE)
            and not allowed
            and path.suffix in {".py", ".html", ".txt", ".css", ".js", ".svg"}
        ):
            found[name] = texts.hangul_lines(name, path.read_text(encoding="utf-8"))
    assert {name: lines for name, lines in found.items() if lines} == {}


# --- each check above can fail ---


def test_templates_are_read_whole():
    source = """{% translate "Call" %}{% translate "Use" context "button" as label %}{{ _("Open")|upper }}
    {% if a == _("it's") %}{% blocktranslate count n=n trimmed %}
       {{ n }} job{% plural %}{{ n }} jobs{% endblocktranslate %}{% comment %}{% translate "gone" %}{% endcomment %}"""
    assert set(texts.template_texts(source)) == {
        Text(None, "Call"),
        Text("button", "Use"),
        Text(None, "Open"),
        Text(None, "it's"),
        Text(None, "%(n)s job", "%(n)s jobs"),
    }


def test_a_missing_translation_is_found():
    held = [entry("Call", "공고"), entry("{n} job", "작업 {n}건")]
    assert len(texts.untranslated({Text(None, "Job")}, held)) == 1
    assert len(texts.untranslated({Text("button", "Call")}, held)) == 1
    assert len(texts.untranslated({Text(None, "{n} job", "{n} jobs")}, held)) == 1
    assert texts.untranslated({Text(None, "Call")}, held) == []


def test_an_unused_entry_is_found():
    assert texts.unused({Text(None, "Call")}, [entry("Call", "공고"), entry("Old", "옛말")]) == [
        "made-up.po:1: nothing asks for 'Old'"
    ]


@pytest.mark.parametrize(
    ("english", "korean", "right"),
    [
        ("{n} of {total}", "{total} 중 {n}", True),
        ("{n} of {total}", "{total} 중", False),
        ("{n:,} won", "{n:,}원", True),
        ("Hello %(name)s", "%(name)s 님", True),
        ("Hello %(name)s", "%(nam)s 님", False),
        ("Hello", "{name} 님", False),
        ("100%%(of)s", "100%%", True),
    ],
)
def test_a_differing_placeholder_is_found(english, korean, right):
    assert (texts.wrong_placeholders([entry(english, korean)]) == []) is right


def test_korean_takes_the_placeholders_of_the_plural():
    assert texts.wrong_placeholders([entry("one job", "작업 {n}건", plural="{n} jobs")]) == []
    assert texts.wrong_placeholders([entry("one job", "작업 하나", plural="{n} jobs")]) != []


@pytest.mark.parametrize(
    ("english", "korean", "right"),
    [
        ("The agreement is in force.", "협약이 발효되었습니다.", True),
        ("The agreement is in force.", "업무협약이 발효되었습니다.", False),
        ("Memorandum with the city", "시와의 업무협약", True),
        ("Memorandum with the city", "시와의 협약", False),
        ("GPUs taken back", "회수된 GPU", True),
        ("GPUs taken back", "환수된 GPU", False),
        ("Recovery of money", "금액의 회수", False),
        ("Reviewers are drawn.", "평가위원을 추출합니다.", True),
        ("Reviewers are drawn.", "평가위원을 추첨합니다.", False),
        ("Equal scores are decided by lottery.", "동점은 추첨으로 정합니다.", True),
        ("Equal scores are decided by lottery.", "동점은 추출로 정합니다.", False),
        ("Apply now", "지금 신청", True),
        ("Apply now", "지금 지원", False),
        ("Value of support", "지원환산액", True),
        ("Not selected", "탈락", False),
    ],
)
def test_the_traps_of_the_glossary_are_found(english, korean, right):
    assert (texts.wrong_words([entry(english, korean)]) == []) is right


def test_hangul_in_pages_is_found_and_in_documentation_is_not():
    assert texts.hangul_lines("a.py", '"""협약 is the agreement."""\nword = "협약"\n') == [2]
    assert texts.hangul_lines("a.html", "<p>Call</p>\n{# 공고 #}\n<p>공고</p>") == [3]
