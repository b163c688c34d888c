"""Writes OCI images of files of this machine, whole or broken in one place, for those who test what reads them."""

import gzip
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path

from madang.compute.local.images import MACHINES, _machine
from madang.compute.local.lending import _LOADED

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
KINDS = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE, "device": tarfile.CHRTYPE}


def entry(name, content=None, *, kind="file", to="", mode=0o644, size=None):
    """One entry of a layer; without content a folder, unless it is a link or the like."""
    told = tarfile.TarInfo(name)
    told.mode, told.uid, told.linkname = mode, 1234, to
    if kind in KINDS:
        told.type = KINDS[kind]
    elif content is None:
        told.type = tarfile.DIRTYPE
    else:
        told.size = len(content) if size is None else size
    return told, content


def make_layer(*entries):
    """A layer of such entries, as a tar archive in bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for told, content in entries:
            archive.addfile(told, None if content is None else io.BytesIO(content))
    return packed.getvalue()


def _put(folder, content):
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs" / "sha256" / digest).write_bytes(content)
    return {"digest": f"sha256:{digest}", "size": len(content)}


def make_image(folder, *layers, packed=False, config=None, platform=None, contents=None):
    """An image layout in a new folder; `contents` are other digests of its layers than the true ones."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    machine = {"os": "linux", "architecture": _machine()} | (platform or {})
    digests = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    told = {**machine, "config": config or {}, "rootfs": {"type": "layers", "diff_ids": contents or digests}}
    listed = [_put(folder, gzip.compress(layer, 1) if packed else layer) for layer in layers]
    manifest = {"schemaVersion": 2, "config": _put(folder, json.dumps(told).encode()), "layers": listed}
    descriptor = _put(folder, json.dumps(manifest).encode()) | {"mediaType": MANIFEST, "platform": machine}
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))
    return folder


def as_archive(folder):
    """The same image as a tar archive beside it."""
    path = folder.with_suffix(".tar")
    with tarfile.open(path, "w") as archive:
        archive.add(folder, ".")
    return path


def make_programs(*names):
    """Entries of programs of this machine with the libraries that they load; those of Debian's /bin need no more."""
    found = {}
    for name in names:
        path = f"/usr/bin/{name}"
        told = subprocess.run([path], env={"LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True, check=True)
        found |= {f"bin/{name}": path} | {file.lstrip("/"): file for _, file in _LOADED.findall(told.stdout)}
    return [entry(name, Path(file).read_bytes(), mode=0o755) for name, file in found.items()]


OTHER = next(name for name in MACHINES.values() if name != _machine())
