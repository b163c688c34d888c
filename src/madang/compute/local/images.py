"""Reads an OCI image that was brought as an archive or a folder, and unpacks it so that jobs can have it as their root.

The form is that of the OCI image specification 1.1 (image-layout.md, manifest.md, config.md): what ``podman save
--format oci-archive``, ``skopeo copy … oci-archive:…`` and ``docker save`` write. Nothing of an image is run here, and
nothing is fetched: every part is in the archive, and is what its digest says before anything of it is used.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from madang.compute.local import records
from madang.compute.local.unpacking import AT_ONCE, PIECE, Counted, Root
from madang.errors import Refused

TOLD, ROOT = "image.json", "root"
MOST_BYTES, MOST_FILES = 64 << 30, 1_000_000
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_MOST_DOCUMENT, _MOST_PARTS, _MOST_NESTED = 4 << 20, 10_000, 4
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Image:
    """What is known of an unpacked image: the digest of its manifest, and what its makers set for its commands.

    `workdir` is where they would have them start.
    """

    digest: str
    environment: Mapping[str, str]
    workdir: str


def unpack(archive: Path, folder: Path, *, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> Image:
    """Unpacks the image for this machine into a new folder, all or nothing; its root is then ``folder/root``.

    Refused: ``image_there`` where the folder is, ``image_format``, ``image_machine``, ``image_damaged``,
    ``image_packing``, ``image_path``, ``image_large``. OSError where the disk does not take it.
    """
    if folder.exists() or folder.is_symlink():
        raise Refused("image_there", folder=str(folder))
    part = folder.with_name(f".{folder.name}-unpacking")
    records.remove(part)
    try:
        part.mkdir(mode=0o755, parents=True)
        part.chmod(0o755)
        with _layout(archive) as layout:
            image = _unpack(layout, Root(part / ROOT, most_bytes=most_bytes, most_files=most_files))
        (part / TOLD).write_text(json.dumps(asdict(image)))
        (part / TOLD).chmod(0o644)
        os.sync()  # many thousand files: one by one they would take minutes
        part.rename(folder)
    finally:
        records.remove(part)
    return image


def opened(folder: Path) -> Image | None:
    """What `unpack` noted of the image in a folder; None where there is none."""
    try:
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        return Image(**told) if (folder / ROOT).is_dir() else None
    except (OSError, ValueError, TypeError):
        return None


def _unpack(layout: Layout, root: Root) -> Image:
    descriptor = _chosen(layout, layout.document("index.json"))
    manifest = layout.described(descriptor)
    config = layout.described(_mapping(manifest.get("config")))
    _check_machine(config)
    layers = manifest.get("layers")
    contents = _mapping(config.get("rootfs")).get("diff_ids")
    if not isinstance(layers, list) or not isinstance(contents, list) or len(layers) != len(contents):
        raise Refused("image_damaged", part="manifest")
    for layer, content in zip(layers, contents, strict=True):
        with layout.blob(_mapping(layer)) as blob:
            _add(root, blob, str(content))
    root.finish()
    set_by_image = _mapping(config.get("config") or {})
    workdir = set_by_image.get("WorkingDir")
    environment = dict(_variables(set_by_image.get("Env")))
    return Image(str(descriptor["digest"]), environment, workdir if isinstance(workdir, str) else "")


def _add(root: Root, blob: BinaryIO, digest: str) -> None:
    """One layer; its content, unpacked, must be what the image's configuration says."""
    begins = blob.read(4)
    blob.seek(0)
    if begins == _ZSTD:
        raise Refused("image_packing", kind="zstd")
    try:
        with gzip.open(blob) if begins.startswith(_GZIP) else contextlib.nullcontext(blob) as content:
            counted = Counted(cast(BinaryIO, content), root.most_bytes)
            root.add(counted)
            found = counted.digest()
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError, UnicodeError) as fault:
        raise Refused("image_damaged", part=digest) from fault
    if f"sha256:{found}" != digest:
        raise Refused("image_damaged", part=digest)


def _chosen(layout: Layout, index: Document, nested: int = 0) -> Document:
    """The descriptor of the one manifest for this machine; an index may name further ones."""
    listed = index.get("manifests")
    if not isinstance(listed, list) or nested > _MOST_NESTED:
        raise Refused("image_damaged", part="index")
    found = []
    for one in map(_mapping, listed):
        platform = one.get("platform")
        if platform is not None and not _is_ours(_mapping(platform)):
            continue
        if str(one.get("mediaType", "")).endswith(("image.index.v1+json", "manifest.list.v2+json")):
            one = _chosen(layout, layout.described(one), nested + 1)
        found.append(one)
    if not found:
        told = ", ".join(sorted({str(_mapping(one.get("platform")).get("architecture")) for one in listed})) or "–"
        raise Refused("image_machine", found=told, wanted=_machine())
    if len({str(one.get("digest")) for one in found}) > 1:
        raise Refused("image_several")
    return found[0]


def _machine() -> str:
    return MACHINES.get(os.uname().machine, os.uname().machine)


def _is_ours(platform: Document) -> bool:
    return platform.get("os") == "linux" and platform.get("architecture") == _machine()


def _check_machine(config: Document) -> None:
    if not _is_ours(config):
        raise Refused("image_machine", found=f"{config.get('os')}/{config.get('architecture')}", wanted=_machine())


def _variables(given: object) -> Iterator[tuple[str, str]]:
    """What can be a variable of a shell; what cannot would not reach a command through one either."""
    for one in given if isinstance(given, list) else ():
        name, separator, value = str(one).partition("=")
        if separator and _NAME.fullmatch(name) and "\0" not in value:
            yield name, value


def _mapping(value: object) -> Document:
    if not isinstance(value, dict):
        raise Refused("image_damaged", part="manifest")
    return value


class Layout:
    """The parts of an image by name; `opens` gives one, and KeyError or OSError where there is none."""

    def __init__(self, archive: Path, opens: Any) -> None:
        self._archive, self._opens = archive, opens

    def document(self, name: str) -> Document:
        """A part that lies under a name of its own."""
        try:
            with self._opens(name) as file:
                return _read(file, name)
        except (KeyError, OSError) as fault:
            raise Refused("image_format", file=str(self._archive)) from fault

    def described(self, descriptor: Document) -> Document:
        """A document by its descriptor."""
        with self.blob(descriptor) as file:
            return _read(file, str(descriptor.get("digest")))

    @contextlib.contextmanager
    def blob(self, descriptor: Document) -> Iterator[BinaryIO]:
        """A part by its descriptor, once all of it has been found to be what the digest says."""
        digest, size = str(descriptor.get("digest")), descriptor.get("size")
        named = _DIGEST.fullmatch(digest)
        if named is None:
            raise Refused("image_damaged", part=digest[:100])
        try:
            with self._opens(f"blobs/sha256/{named[1]}") as file:
                found, length = hashlib.sha256(), 0
                while piece := file.read(PIECE):
                    found.update(piece)
                    length += len(piece)
                if (found.hexdigest(), length) != (named[1], size):
                    raise Refused("image_damaged", part=digest)
                file.seek(0)
                yield file
        except (KeyError, FileNotFoundError, tarfile.TarError) as fault:
            raise Refused("image_damaged", part=digest) from fault


def _read(file: BinaryIO, name: str) -> Document:
    content = file.read(_MOST_DOCUMENT + 1)
    try:
        return _mapping(json.loads(content) if len(content) <= _MOST_DOCUMENT else None)
    except (ValueError, RecursionError) as fault:
        raise Refused("image_damaged", part=name) from fault


class _Guarded(io.FileIO):
    """A file of which nobody reads a large piece at once: a tar's own headers say how long they are."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= AT_ONCE:
            raise tarfile.ReadError("a header of this length is none")
        return super().read(size) or b""


@contextlib.contextmanager
def _layout(archive: Path) -> Iterator[Layout]:
    """The image in a folder or in a tar archive; ``image_format`` where it is neither."""
    if archive.is_dir():
        yield Layout(archive, lambda name: _plain(archive / name))
        return
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(_Guarded(archive))
            tar = stack.enter_context(tarfile.open(fileobj=file, mode="r:"))
            members = dict(_members(tar))
        except (tarfile.TarError, FileNotFoundError) as fault:
            raise Refused("image_format", file=str(archive)) from fault
        yield Layout(archive, lambda name: tar.extractfile(members[name]))


def _plain(path: Path) -> BinaryIO:
    if path.is_symlink():
        raise KeyError(path)
    return path.open("rb")


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    for count, member in enumerate(tar):
        if count >= _MOST_PARTS:
            raise tarfile.ReadError("an image has not so many parts")
        if member.isreg() and not member.issparse():
            yield member.name.removeprefix("./"), member
