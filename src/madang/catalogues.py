"""The catalogues of translations: reads their parts, refuses faults, compiles them and finds the texts they must cover.

Source strings are English and are the message ids. Every part of Madang keeps its translations in a file of its own,
``locale/ko/<part>.po``; together they become one ``locale/ko/LC_MESSAGES/django.mo``, which Django and, through
`translation`, the libraries read. The compiled file is never committed: it names the digest of the parts it was made
from, so that it is made again exactly when they change.
"""

from __future__ import annotations

import ast
import gettext
import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel.messages.catalog import Message

LOCALE = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"

_WELL_FORMED = re.compile(r'(?:[a-z_]+(?:\[\d\])? +)?"(?:[^"\\]|\\.)*"')

# name of the called function -> positions of context, singular and plural among its arguments
MARKERS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "N_": (None, 0, None),
    "translate": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


class Text(NamedTuple):
    """A text to translate: its context or None, the English singular, and the English plural or None."""

    context: str | None
    singular: str
    plural: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue files it under."""
        return self.context, self.singular


class Entry(NamedTuple):
    """One entry of a part: the text, its translations (one a plural form), whether it is fuzzy, and where it stands."""

    text: Text
    translations: tuple[str, ...]
    fuzzy: bool
    part: str
    line: int

    @property
    def place(self) -> str:
        """The part and line, for a message to a person."""
        return f"{self.part}:{self.line}"


def parts(language: str, folder: Path = LOCALE) -> list[Path]:
    """The ``.po`` files of a language, in the order of their names."""
    return sorted((folder / language).glob("*.po"))


def languages(folder: Path = LOCALE) -> list[str]:
    """The languages that have at least one part."""
    return sorted(found.name for found in folder.iterdir() if found.is_dir() and parts(found.name, folder))


def read_part(path: Path) -> list[Entry]:
    """Every entry of one ``.po`` file in its order, doubles included; ValueError where the file is not well formed."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, PoFileParser

    entries: list[Entry] = []

    class Recorder(Catalog):  # Babel's own catalogue silently keeps the first of two contradicting entries
        def __setitem__(self, id: str | list[str] | tuple[str, ...], message: Message) -> None:
            if message.id:
                entries.append(_entry(message, path.name))
            super().__setitem__(id, message)

    _refuse_open_quotes(path)
    parser = PoFileParser(Recorder(locale=path.parent.name, charset="utf-8"), ignore_obsolete=True, abort_invalid=True)
    try:
        with path.open("rb") as stream:
            parser.parse(stream)
    except (PoFileError, ValueError, IndexError) as fault:
        raise ValueError(f"{path.name} is not a well-formed .po file: {fault}") from fault
    return entries


def _refuse_open_quotes(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("#") and line.strip() and not _WELL_FORMED.fullmatch(line.strip()):
            raise ValueError(f"{path.name} is not a well-formed .po file: line {number} reads {line.strip()!r}")


def _entry(message: Message, part: str) -> Entry:
    singular, plural = (message.id, None) if isinstance(message.id, str) else (message.id[0], message.id[1])
    translations = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return Entry(Text(message.context, singular, plural), translations, message.fuzzy, part, message.lineno or 0)


def faults(entries: Iterable[Entry]) -> list[str]:
    """What is wrong with the parts of one language taken together: fuzzy, empty and contradicting entries, in words."""
    first: dict[tuple[str | None, str], Entry] = {}
    found = []
    for entry in entries:
        shown = f"{entry.place}: {entry.text.singular[:60]!r}"
        if entry.fuzzy:
            found.append(f"{shown} is fuzzy")
        if not all(translation.strip() for translation in entry.translations):
            found.append(f"{shown} has no translation")
        earlier = first.setdefault(entry.text.key, entry)
        if (earlier.text, earlier.translations) != (entry.text, entry.translations):
            found.append(f"{shown} contradicts {earlier.place}")
    return found


def entries(language: str, folder: Path = LOCALE) -> list[Entry]:
    """The entries of all parts of a language; ValueError lists every fault where there is one."""
    found = [entry for path in parts(language, folder) for entry in read_part(path)]
    wrong = faults(found)
    if wrong:
        raise ValueError(f"the {language} catalogue cannot be made:\n" + "\n".join(wrong))
    return found


def compile_catalogues(folder: Path = LOCALE) -> int:
    """Compiles each language whose parts have changed; gives how many were compiled. Safe beside another process."""
    return sum(_compile(language, folder) for language in languages(folder))


@lru_cache(maxsize=16)
def translation(language: str, folder: Path = LOCALE) -> gettext.NullTranslations:
    """The sentences of a language, for use without Django; English, and a language without parts, leave the sources.

    A regional tag falls back to its language: ``ko-KR`` is ``ko``. Read once a process: pages ask for every figure.
    """
    name = language.replace("_", "-").split("-")[0].lower()
    if name == SOURCE_LANGUAGE or not parts(name, folder):
        return gettext.NullTranslations()
    _compile(name, folder)
    with _compiled(name, folder).open("rb") as stream:
        return gettext.GNUTranslations(stream)


def _compiled(language: str, folder: Path) -> Path:
    return folder / language / "LC_MESSAGES" / "django.mo"


def _digest(language: str, folder: Path) -> str:
    made = hashlib.sha256()
    for path in parts(language, folder):
        content = path.read_bytes()
        made.update(f"{path.name} {len(content)}\n".encode())
        made.update(content)
    return made.hexdigest()


def _compile(language: str, folder: Path) -> bool:
    target, digest = _compiled(language, folder), _digest(language, folder)
    if target.exists() and _digest_of_compiled(target) == digest:
        return False
    content = _binary(language, entries(language, folder), digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(target)
    return True


def _digest_of_compiled(target: Path) -> str | None:
    try:
        with target.open("rb") as stream:
            header = gettext.GNUTranslations(stream).info()
    except (OSError, ValueError, UnicodeDecodeError):
        return None
    return header.get("project-id-version", "").rpartition(" ")[2]


def _binary(language: str, found: Iterable[Entry], digest: str) -> bytes:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale=language, project="madang", version=digest, charset="utf-8", fuzzy=False)
    for entry in found:
        message = entry.text.singular if entry.text.plural is None else (entry.text.singular, entry.text.plural)
        string = entry.translations[0] if entry.text.plural is None else entry.translations
        catalogue.add(message, string, context=entry.text.context)
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def sources(root: Path) -> set[Text]:
    """The texts that the Python files below `root` mark for translation: calls of `MARKERS` with literal arguments."""
    return {text for path in sorted(root.rglob("*.py")) for text in texts_of(path.read_text(encoding="utf-8"))}


def texts_of(source: str) -> Iterator[Text]:
    """The texts that one Python source marks; a marker called with a name instead of a literal marks nothing."""
    for call, name in _marker_calls(source):
        context, singular, plural = MARKERS[name]
        words = [_literal(call, place) if place is not None else None for place in (context, singular, plural)]
        if words[1]:
            yield Text(words[0], words[1], words[2])


def built_texts(source: str) -> list[int]:
    """Lines that call a marker with text built on the spot (f-string, ``+``, ``%``), which no catalogue can hold."""
    return [
        call.lineno
        for call, name in _marker_calls(source)
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in call.args[: MARKERS[name][1] + 1])
    ]


def _marker_calls(source: str) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MARKERS:
                yield node, name


def _literal(call: ast.Call, place: int) -> str | None:
    argument = call.args[place] if place < len(call.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None
