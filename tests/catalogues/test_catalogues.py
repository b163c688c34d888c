"""Tests of the catalogues on small made-up parts."""

import os
from pathlib import Path

import pytest

from madang import catalogues
from madang.catalogues import Text

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def part(folder: Path, name: str, body: str) -> Path:
    path = folder / "ko" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def test_parts_become_one_catalogue_that_the_standard_library_reads(tmp_path):
    part(tmp_path, "calls", 'msgid "Call"\nmsgstr "공고"\n')
    part(
        tmp_path,
        "jobs",
        'msgctxt "of a job"\nmsgid "State"\nmsgstr "상태"\n\n'
        'msgid "{n} job"\nmsgid_plural "{n} jobs"\nmsgstr[0] "작업 {n}건"\n',
    )
    korean = catalogues.translation("ko", tmp_path)
    assert korean.gettext("Call") == "공고"
    assert korean.pgettext("of a job", "State") == "상태"
    assert korean.gettext("State") == "State"
    assert [korean.ngettext("{n} job", "{n} jobs", n) for n in (1, 5)] == ["작업 {n}건"] * 2


@pytest.mark.parametrize("language", ["en", "en-GB", "fr"])
def test_other_languages_leave_the_source_as_it_is(tmp_path, language):
    part(tmp_path, "calls", 'msgid "Call"\nmsgstr "공고"\n')
    assert catalogues.translation(language, tmp_path).gettext("Call") == "Call"


@pytest.mark.parametrize("language", ["ko", "ko-KR", "ko_KR"])
def test_a_regional_tag_falls_back_to_its_language(tmp_path, language):
    part(tmp_path, "calls", 'msgid "Call"\nmsgstr "공고"\n')
    assert catalogues.translation(language, tmp_path).gettext("Call") == "공고"


def test_compiling_is_skipped_until_a_part_changes_or_goes(tmp_path):
    part(tmp_path, "calls", 'msgid "Call"\nmsgstr "공고"\n')
    extra = part(tmp_path, "jobs", 'msgid "Job"\nmsgstr "작업"\n')
    assert [catalogues.compile_catalogues(tmp_path) for _ in range(2)] == [1, 0]
    os.utime(extra, (0, 0))
    assert catalogues.compile_catalogues(tmp_path) == 0
    extra.unlink()
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert catalogues.translation("ko", tmp_path).gettext("Job") == "Job"


def test_a_damaged_compiled_file_is_made_again(tmp_path):
    part(tmp_path, "calls", 'msgid "Call"\nmsgstr "공고"\n')
    catalogues.compile_catalogues(tmp_path)
    (tmp_path / "ko/LC_MESSAGES/django.mo").write_bytes(b"\0" * 40)
    assert catalogues.compile_catalogues(tmp_path) == 1
    assert list((tmp_path / "ko/LC_MESSAGES").iterdir()) == [tmp_path / "ko/LC_MESSAGES/django.mo"]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ('msgid "Call"\nmsgstr "공고"\n', 'msgid "Call"\nmsgstr "콜"\n', "contradicts a.po"),
        ('msgid "Call"\nmsgstr "공고"\n\nmsgid "Call"\nmsgstr "콜"\n', "", "contradicts a.po"),
        ('#, fuzzy\nmsgid "Call"\nmsgstr "공고"\n', "", "is fuzzy"),
        ('msgid "Call"\nmsgstr ""\n', "", "has no translation"),
        ('msgid "a"\nmsgstr "갑"\n', 'msgid "a"\nmsgid_plural "as"\nmsgstr[0] "갑"\n', "contradicts a.po"),
    ],
)
def test_faulty_parts_are_refused_with_their_place(tmp_path, first, second, words):
    part(tmp_path, "a", first)
    part(tmp_path, "b", second)
    with pytest.raises(ValueError, match=words):
        catalogues.compile_catalogues(tmp_path)


def test_the_same_entry_twice_and_the_same_word_in_two_contexts_are_fine(tmp_path):
    part(tmp_path, "a", 'msgid "Use"\nmsgstr "사용량"\n')
    part(tmp_path, "b", 'msgid "Use"\nmsgstr "사용량"\n\nmsgctxt "button"\nmsgid "Use"\nmsgstr "사용하기"\n')
    assert catalogues.compile_catalogues(tmp_path) == 1


@pytest.mark.parametrize("body", ['msgid "Call"\nmsgstr "공고\n', 'msgid "Call"\n', 'nonsense "Call"\n'])
def test_a_part_that_is_not_well_formed_is_refused_by_name(tmp_path, body):
    part(tmp_path, "broken", body)
    with pytest.raises(ValueError, match=r"broken\.po"):
        catalogues.compile_catalogues(tmp_path)


def test_texts_are_found_in_every_marker():
    source = """
from somewhere import gettext as _
_("one" " and two")
lazy = gettext_lazy("late")
translations.pgettext("button", "Use")
ngettext("{n} job", "{n} jobs", n)
npgettext("bill", "{n} line", "{n} lines", n)
_(name)
other("not marked")
"""
    assert set(catalogues.texts_of(source)) == {
        Text(None, "one and two"),
        Text(None, "late"),
        Text("button", "Use"),
        Text(None, "{n} job", "{n} jobs"),
        Text("bill", "{n} line", "{n} lines"),
    }


def test_sources_reads_a_whole_tree(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/a.py").write_text('_("deep")')
    (tmp_path / "b.py").write_text('N_("shallow")')
    assert catalogues.sources(tmp_path) == {Text(None, "deep"), Text(None, "shallow")}


def test_text_built_on_the_spot_is_found():
    assert catalogues.built_texts('_(f"{n} jobs")\n_("a" + b)\n_("%s" % c)\n_(name)\n_("fine")\n') == [1, 2, 3]
