"""The language of the command: MADANG_CLI_LANGUAGE, else the shell's locale; and how lines are printed."""

from __future__ import annotations

import os
import sys

from madang.catalogues import translation


def N_(message: str) -> str:  # noqa: N802 - the field's name for a mark that translates nothing
    """Marks a message for the catalogue."""
    return message


def language() -> str:
    """ "ko" or "en"."""
    given = os.environ.get("MADANG_CLI_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "ko" if given.lower().startswith("ko") else "en"


def translate(message: str, **facts: object) -> str:
    """The message in the command's language, with its facts put in."""
    return translation(language()).gettext(message).format(**facts)


def say(line: str = "", *, error: bool = False) -> None:
    """Prints one line at once, to standard error for errors and progress."""
    print(line, file=sys.stderr if error else sys.stdout, flush=True)
