"""Checks of texts and their translations, as functions of values so that each can be shown to fail."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from madang.catalogues import Entry, Text, texts_of

HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(?:_|n?p?gettext)\(\s*{_STRING}(?:\s*,\s*(?:{_STRING}|count))*\s*\)")
_BRACES = re.compile(r"(?<!\{)\{([a-z_][a-z0-9_.]*)(?:![rsa])?(?::[^{}]*)?\}(?!\})", re.IGNORECASE)
_PERCENT = re.compile(r"(?<!%)(?:%%)*%\(([a-z_][a-z0-9_]*)\)[a-z]", re.IGNORECASE)

# Korean word -> what the English of the same entry must speak of for the word to be right (glossary, "traps")
REQUIRES = {
    "업무협약": r"memorand(um|a)|\bMOU\b",
    "환수": r"recover|claim(ed)? back|claw",
    "회수": r"t(ake|aken|ook|aking)[ -]back|reclaim|idle|return",
    "추첨": r"\blotter|\blots?\b",
    "추출": r"\bdraw|extract|sampl",
    "지원": r"support|programme|exclu|subsid|barred|fund|\baid\b",
}
# English word -> the Korean that must not stand for it
FORBIDS = {
    r"\bmemorandum\b": r"(?<!업무)협약",
    r"\brecover(y|ed|s)? (of )?(money|payments?|funds?)": "회수",
    r"\blottery\b": "추출",
}
NEVER = {"지원서": "신청서", "지원자": "신청기관", "지원하기": "신청하기", "탈락": "미선정", "모집콜": "공고"}


def template_texts(source: str) -> Iterator[Text]:
    """The texts that a Django template marks by translate, blocktranslate and _()."""
    for call in _CALL.finditer(templatize(source)):
        yield from texts_of(call[0])


def template_sources(root: Path) -> set[Text]:
    found = (
        path.read_text(encoding="utf-8") for kind in ("html", "txt") for path in root.rglob(f"templates/**/*.{kind}")
    )
    return {text for source in found for text in template_texts(source)}


def placeholders(text: str) -> set[str]:
    """`{name}` and `%(name)s` of a text; doubled signs stand for themselves."""
    return {f"{{{name}}}" for name in _BRACES.findall(text)} | {f"%({name})" for name in _PERCENT.findall(text)}


def wrong_placeholders(entries: Iterable[Entry]) -> list[str]:
    found = []
    for entry in entries:
        wanted = placeholders(entry.text.plural or entry.text.singular)
        for translation in entry.translations:
            if placeholders(translation) != wanted:
                found.append(f"{entry.place}: {translation!r} must have {sorted(wanted) or 'no placeholders'}")
    return found


def untranslated(texts: Iterable[Text], entries: Iterable[Entry]) -> list[str]:
    """Texts that no entry covers, and texts with a plural whose entry has none (or the other way about)."""
    held = {entry.text.key: entry.text.plural for entry in entries}
    found = []
    for text in sorted(texts, key=str):
        if text.key not in held:
            found.append(f"not translated: {text}")
        elif text.plural is not None and held[text.key] != text.plural:
            found.append(f"plural differs: {text} against {held[text.key]!r}")
    return found


def unused(texts: Iterable[Text], entries: Iterable[Entry]) -> list[str]:
    wanted = {text.key for text in texts}
    return [
        f"{entry.place}: nothing asks for {entry.text.singular!r}" for entry in entries if entry.text.key not in wanted
    ]


def wrong_words(entries: Iterable[Entry]) -> list[str]:
    """Entries that fall into one of the traps of the glossary."""
    found = []
    for entry in entries:
        english = f"{entry.text.singular} {entry.text.plural or ''}"
        korean = " ".join(entry.translations)
        for word, needed in REQUIRES.items():
            if word in korean and not re.search(needed, english, re.IGNORECASE):
                found.append(f"{entry.place}: {word} does not fit {english.strip()!r}")
        for said, refused in FORBIDS.items():
            if re.search(said, english, re.IGNORECASE) and re.search(refused, korean):
                found.append(f"{entry.place}: {refused} is not the word for {english.strip()!r}")
        found += [f"{entry.place}: say {good}, not {bad}" for bad, good in NEVER.items() if bad in korean]
    return found


def hangul_lines(name: str, source: str) -> list[int]:
    """Lines with Hangul in what a program says: Python's strings (docstrings apart), or anything of another file."""
    if not name.endswith(".py"):
        plain = re.sub(r"\{#.*?#\}", "", source)
        return [number for number, line in enumerate(plain.splitlines(), start=1) if HANGUL.search(line)]
    module = ast.parse(source)
    documented = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documented
        and HANGUL.search(node.value)
    ]
