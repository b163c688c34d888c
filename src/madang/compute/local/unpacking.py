"""Lays the layers of an image on top of each other in a folder, from which nothing in them leads out.

As the OCI image specification 1.1 says of layers (layer.md): each is a tar archive; ``.wh.NAME`` in one takes NAME of
those below away, ``.wh..wh..opq`` all that they have in its folder. Links are followed as if the folder were the root
of the system, as whoever runs in it would follow them. Every file becomes ours, readable by all and writable by nobody
else; rights that files give (set-user-id, capabilities), owners and devices are left behind.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tarfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from madang.compute.local import records
from madang.errors import Refused

PIECE, AT_ONCE = 1 << 20, 8 << 20
WITHOUT, OPAQUE = ".wh.", ".wh..wh..opq"
_MOST_LINKS = 40
_OF_THE_PATH = frozenset(
    {errno.ENOENT, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL, errno.EILSEQ}
)
# where a job has something of its own instead of the image's: the root is read-only, so a place for each must be there
FOLDERS = ("proc", "sys", "dev", "tmp", "job", ".madang", "etc")
FILES = ("passwd", "group", "hosts", "nsswitch.conf", "resolv.conf", "job-environment")


class Counted:
    """A layer's content, read forwards only; ``image_large`` beyond so many bytes."""

    def __init__(self, content: BinaryIO, most: int) -> None:
        self._content, self._most = content, most
        self._digest = hashlib.sha256()
        self._at = 0
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes; a tar whose headers want a large piece at once is none."""
        if not 0 <= size <= AT_ONCE:
            raise tarfile.ReadError("a header of this length is none")
        self.last = piece = self._content.read(size)
        self._at += len(piece)
        if self._at > self._most:
            raise _large(self._most)
        self._digest.update(piece)
        return piece

    def tell(self) -> int:
        """How far it has been read."""
        return self._at

    def seek(self, at: int) -> int:
        """Reads on up to there."""
        if at < self._at:
            raise tarfile.ReadError("an archive is read forwards")
        while self._at < at and self.read(min(at - self._at, PIECE)):
            pass
        return self._at

    def digest(self) -> str:
        """SHA-256 of all the content, which is read to its end."""
        while self.read(PIECE):
            pass
        return self._digest.hexdigest()


class Root:
    """The root of an image as it comes to be in a new folder, which nobody else writes to."""

    def __init__(self, folder: Path, *, most_bytes: int, most_files: int) -> None:
        self.folder, self.most_bytes, self._most_files = folder, most_bytes, most_files
        self._bytes = self._files = 0
        folder.mkdir()
        folder.chmod(0o755)

    def add(self, content: Counted) -> None:
        """Lays one layer on those below. Refused: ``image_path``, ``image_large``; tarfile.TarError for no archive."""
        fresh: set[Path] = set()
        with tarfile.open(fileobj=cast(BinaryIO, content), mode="r:") as layer:
            for member in layer:
                cast(Any, layer).members.clear()  # else the archive keeps every name that it has met
                try:
                    self._take(layer, member, fresh)
                except (OSError, ValueError) as fault:
                    if isinstance(fault, OSError) and fault.errno not in _OF_THE_PATH:
                        raise
                    raise _path(member.name) from fault
        if content.last.strip(b"\0"):
            raise tarfile.ReadError("what follows is no header")

    def _take(self, layer: tarfile.TarFile, member: tarfile.TarInfo, fresh: set[Path]) -> None:
        parts = [part for part in member.name.split("/") if part not in ("", ".")]
        if ".." in parts or "\0" in member.name:
            raise _path(member.name)
        if not parts:
            return
        self._count(member.size if member.isreg() else 0)
        above, name = self._inside("/".join(parts[:-1]), member.name), parts[-1]
        if name.startswith(WITHOUT):
            self._take_away(above, name, fresh)
            return
        place = above / name
        if member.isdir():
            self._make_folder(place)
        elif member.isreg() or member.issym() or member.islnk():
            self._make(place, layer, member)
        else:  # devices and pipes: a job has the few that it may
            return
        fresh.update([place, *place.parents])

    def _count(self, size: int) -> None:
        self._files += 1
        self._bytes += size
        if size < 0 or self._bytes > self.most_bytes:
            raise _large(self.most_bytes)
        if self._files > self._most_files:
            raise Refused("image_many_files", most=self._most_files)

    def _take_away(self, above: Path, name: str, fresh: set[Path]) -> None:
        """Of the layers below only: what this one has brought itself stays."""
        if name == OPAQUE:
            gone = list(above.iterdir())
        elif name in (WITHOUT, f"{WITHOUT}.", f"{WITHOUT}.."):
            raise _path(name)
        else:
            gone = [above / name.removeprefix(WITHOUT)]
        while gone:
            path = gone.pop()
            if path not in fresh:
                _remove(path)
            elif _is_folder(path):
                gone += path.iterdir()

    def _make_folder(self, place: Path) -> None:
        if not _is_folder(place):
            _remove(place)
            place.mkdir()
            place.chmod(0o755)

    def _make(self, place: Path, layer: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        if member.islnk():
            other = self._of(member.linkname)
            if other == place or not stat.S_ISREG(other.lstat().st_mode):
                raise _path(member.linkname)
            _remove(place)
            os.link(other, place, follow_symlinks=False)
            return
        _remove(place)
        if member.issym():
            place.symlink_to(member.linkname)
            return
        content = layer.extractfile(member)
        assert content is not None
        with content, place.open("xb") as file:  # never through a link
            while piece := content.read(PIECE):
                file.write(piece)
            os.fchmod(file.fileno(), 0o755 if member.mode & 0o111 else 0o644)

    def _of(self, name: str) -> Path:
        """Where a file of the image lies that is named from its root; the last step is not followed."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts or not parts:
            raise _path(name)
        return self._inside("/".join(parts[:-1]), name) / parts[-1]

    def _inside(self, path: str, named: str) -> Path:
        """The folder at a path of the image, made where it is not there; links lead nowhere but within."""
        at, links, left = self.folder, 0, path.split("/")[::-1]
        while left:
            part = left.pop()
            if part in ("", "."):
                continue
            if part == "..":  # of a link: beyond the root there is only the root
                at = at if at == self.folder else at.parent
                continue
            step = at / part
            if step.is_symlink():
                links += 1
                target = str(step.readlink())
                if links > _MOST_LINKS:
                    raise _path(named)
                at = self.folder if target.startswith("/") else at
                left += target.split("/")[::-1]
                continue
            if not _is_folder(step):
                if step.exists():
                    raise _path(named)
                self._count(0)
                self._make_folder(step)
            at = step
        return at

    def finish(self) -> None:
        """Makes the places at which a job has something of its own.

        What the image would have put into every program goes: the machine's own, which give up rights, are started in
        it (`lending`).
        """
        for name in FOLDERS:
            self._make_folder(self.folder / name)
        for name in FILES:
            path = self.folder / "etc" / name
            if path.is_symlink() or not path.is_file():
                _remove(path)
                path.touch()
                path.chmod(0o644)
        _remove(self.folder / "etc" / "ld.so.preload")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    if _is_folder(path):
        records.remove(path)
    else:
        path.unlink(missing_ok=True)


def _path(name: str) -> Refused:
    return Refused("image_path", path=name.encode(errors="backslashreplace").decode()[:200])


def _large(most_bytes: int) -> Refused:
    return Refused("image_large", most_mb=most_bytes >> 20)
