"""Makes a copy of a file without metadata, in a process of its own: `python -m madang.portal.files.cleaning KIND A B`.

The process has a bound on memory and time, as it reads what strangers wrote. It ends with 0, or with 2 where the file
cannot be cleaned.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from madang.errors import Refused
from madang.portal.files import packages, pictures, portables
from madang.portal.files.rules import FileKind

MEMORY_BYTES, SECONDS, NO = 2 * 1024**3, 60, 2


def _bytewise(clean: Callable[[bytes], bytes]) -> Callable[[Path, Path], None]:
    def copy(source: Path, target: Path) -> None:
        target.write_bytes(clean(source.read_bytes()))

    return copy


CLEANERS: dict[FileKind, Callable[[Path, Path], None]] = {
    FileKind.PDF: portables.clean,
    FileKind.DOCX: packages.clean,
    FileKind.XLSX: packages.clean,
    FileKind.HWPX: packages.clean,
    FileKind.PNG: _bytewise(pictures.png),
    FileKind.JPEG: _bytewise(pictures.jpeg),
}
CLEANABLE = frozenset(CLEANERS)


def clean(kind: FileKind, source: Path, target: Path, name: str) -> None:
    """Writes the copy; never inside a transaction. Refused: ``file_not_cleanable``."""
    command = [sys.executable, "-m", __name__, kind, str(source), str(target)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=2 * SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Refused("file_not_cleanable", name=name) from error
    if done.returncode:
        raise Refused("file_not_cleanable", name=name)


def main(kind: str, source: str, target: str) -> int:
    """The child's side."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        CLEANERS[FileKind(kind)](Path(source), Path(target))
    except Exception as error:  # whatever a hostile file makes a parser raise
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return NO
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
