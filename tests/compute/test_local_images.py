"""Tests of images as they are unpacked: layer upon layer, nothing beside the folder, nothing but what it says."""

import gzip
import io
import json
import os
import tarfile
from pathlib import Path

import pytest
from backends.images import OTHER, as_archive, entry, make_image, make_layer
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.local import images, lending, unpacking
from madang.compute.local.images import Image, opened, unpack
from madang.errors import Refused


def refused(*given, **named):
    with pytest.raises(Refused) as caught:
        unpack(*given, **named)
    return caught.value.code


def tree(folder):
    """What lies in an unpacked root: files with their content, links with where they lead, folders as nothing."""
    ours = {"etc", *unpacking.FOLDERS, *(f"etc/{name}" for name in unpacking.FILES)}
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
    return {
        name: str(path.readlink()) if path.is_symlink() else path.read_text() if path.is_file() else None
        for name, path in found.items()
        if name not in ours
    }


BELOW = make_layer(
    entry("./usr"),
    entry("usr/bin"),
    entry("usr/bin/tool", b"old", mode=0o4755),
    entry("bin", kind="link", to="usr/bin"),
    entry("opt/data/one", b"1"),
    entry("opt/data/two", b"2"),
    entry("opt/more/deep/three", b"3"),
    entry("dev/sda", kind="device"),
    entry("run/pipe", kind="pipe"),
)
ABOVE = make_layer(
    entry("bin/tool", b"new", mode=0o600),
    entry("opt/data/.wh.one", b""),
    entry("opt/more/fresh", b"4"),
    entry("opt/more/deep/five", b"5"),
    entry("opt/more/.wh..wh..opq", b""),
    entry("usr/bin/same", kind="hard", to="bin/tool"),
    entry("etc/resolv.conf", kind="link", to="../run/resolv.conf"),
)
WHOLE = {
    "usr": None, "usr/bin": None, "usr/bin/tool": "new", "usr/bin/same": "new", "bin": "usr/bin",
    "opt": None, "opt/data": None, "opt/data/two": "2", "run": None,
    "opt/more": None, "opt/more/fresh": "4", "opt/more/deep": None, "opt/more/deep/five": "5",
}  # fmt: skip
SET = {"Env": ["PATH=/opt/bin:/bin", "A=b=c", "no variable", "a.b=1", "N=\0"], "WorkingDir": "/opt"}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("brought", [lambda folder: folder, as_archive], ids=["folder", "archive"])
def test_layers_lie_on_each_other(tmp_path, packed, brought):
    image = make_image(tmp_path / "image", BELOW, ABOVE, packed=packed, config=SET)
    told = unpack(brought(image), tmp_path / "new")
    root = tmp_path / "new" / "root"
    assert tree(root) == WHOLE
    assert told.environment == {"PATH": "/opt/bin:/bin", "A": "b=c"} and told.workdir == "/opt"
    assert told == opened(tmp_path / "new") and told.digest in (image / "index.json").read_text()
    assert {path.lstat().st_mode & 0o7777 for path in root.rglob("*") if not path.is_symlink()} == {0o755, 0o644}
    assert (root / "etc" / "resolv.conf").is_file() and not (root / "etc" / "resolv.conf").is_symlink()
    assert {path.name for path in tmp_path.iterdir()} <= {"image", "image.tar", "new"}
    assert refused(image, tmp_path / "new") == "image_there"


@pytest.mark.parametrize(
    "entries",
    [
        [entry("../out", b"x")],
        [entry("a/../../out", b"x")],
        [entry("a", b"x"), entry("a/below-a-file", b"x")],
        [entry("loop", kind="link", to="loop"), entry("loop/x", b"x")],
        [entry("x", kind="hard", to="../../secret")],
        [entry("x", kind="hard", to="absent")],
        [entry("folder"), entry("x", kind="hard", to="folder")],
        [entry("link", kind="link", to="/secret"), entry("x", kind="hard", to="link")],
        [entry("a/.wh...", b"")],
        [entry("a/.wh.", b"")],
        [entry("/".join(["n" * 250] * 20), b"x")],
    ],
    ids=["up", "up later", "below a file", "a loop", "hard up", "hard nowhere", "hard folder", "hard link of a link",
         "whiteout of the folder above", "whiteout of nothing", "too long"],
)  # fmt: skip
def test_what_leads_out_is_refused_and_nothing_stays(tmp_path, entries):
    (tmp_path / "secret").write_text("secret")
    image = make_image(tmp_path / "image", make_layer(*entries))
    assert refused(image, tmp_path / "shelf" / "new") == "image_path"
    assert list((tmp_path / "shelf").iterdir()) == [] and not (tmp_path / "out").exists()


@pytest.mark.parametrize("target", ["{outside}", "../../../../../../../..{outside}", "/proc/self/cwd/..{outside}"])
def test_links_of_a_lower_layer_are_followed_within_the_root_alone(tmp_path, target):
    outside = tmp_path / "outside"
    outside.mkdir()
    below = make_layer(entry("way", kind="link", to=target.format(outside=outside)))
    image = make_image(tmp_path / "image", below, make_layer(entry("way/planted", b"x"), entry("way/.wh.gone", b"")))
    (outside / "gone").write_text("stays")
    unpack(image, tmp_path / "new")
    assert [path.name for path in outside.iterdir()] == ["gone"]
    assert [path.name for path in (tmp_path / "new" / "root").rglob("planted")] == ["planted"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "a/b", "a/b/c", ".wh.a", "a/.wh.b", "a/.wh..wh..opq", "../a", "/a", "b/../c"]),
            st.sampled_from(["file", "folder", "link", "hard"]),
            st.sampled_from(["a", "/", "..", "../..", "b", "a/b", "/a/b"]),
        ),
        max_size=12,
    )
)
def test_whatever_a_layer_holds_nothing_is_written_beside_its_root(tmp_path_factory, wanted):
    place = tmp_path_factory.mktemp("any")
    (place / "witness").write_text("w")
    made = [entry(name, b"x" if kind == "file" else None, kind=kind, to=to) for name, kind, to in wanted]
    image = make_image(place / "image", make_layer(*made[:6]), make_layer(*made[6:]))
    try:
        unpack(image, place / "new")
    except Refused as refused:
        assert refused.code == "image_path"
    assert {path.name for path in place.iterdir()} <= {"image", "witness", "new"}
    assert (place / "witness").read_text() == "w"
    assert all(path.is_dir() and not path.is_symlink() for path in (place / "new" / "root").glob("{tmp,proc,etc}"))


def blobs(image):
    """The parts of an image by what they are."""
    index = json.loads((image / "index.json").read_text())
    folder = image / "blobs"
    manifest = folder / index["manifests"][0]["digest"].replace(":", "/")
    told = json.loads(manifest.read_text())
    parts = {"config": told["config"], "layer": told["layers"][0]}
    return {"manifest": manifest} | {name: folder / one["digest"].replace(":", "/") for name, one in parts.items()}


@pytest.mark.parametrize("part", ["manifest", "config", "layer"])
@pytest.mark.parametrize("harm", ["changed", "cut off", "gone", "a link"])
def test_what_is_not_what_its_digest_says_is_refused(tmp_path, part, harm):
    image = make_image(tmp_path / "image", BELOW)
    path = blobs(image)[part]
    content = path.read_bytes()
    path.unlink()
    if harm == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif harm == "cut off":
        path.write_bytes(content[:-1])
    elif harm == "a link":
        (tmp_path / "elsewhere").write_bytes(content)
        path.symlink_to(tmp_path / "elsewhere")
    assert refused(image, tmp_path / "new") == "image_damaged"
    assert not (tmp_path / "new").exists()


def test_a_layer_whose_content_is_not_what_the_configuration_says_is_refused(tmp_path):
    image = make_image(tmp_path / "image", BELOW, contents=["sha256:" + "0" * 64])
    assert refused(image, tmp_path / "new") == "image_damaged"
    image = make_image(tmp_path / "fewer", BELOW, contents=["sha256:" + "0" * 64] * 2)
    assert refused(image, tmp_path / "new") == "image_damaged"


@pytest.mark.parametrize(
    "layer",
    [b"no archive at all" * 100, BELOW[:700], BELOW[:512] + b"x" * 1024, b"\x1f\x8b" + b"x" * 100,
     gzip.compress(BELOW)[:-20], b""],
    ids=["no tar", "a cut header", "rubbish after an entry", "no gzip", "a cut gzip", "empty"],
)  # fmt: skip
def test_a_layer_that_is_no_archive_is_refused(tmp_path, layer):
    assert refused(make_image(tmp_path / "image", layer), tmp_path / "new") == "image_damaged"


def test_bombs_stop_at_the_bounds(tmp_path):
    zeros = make_layer(entry("zeros", bytes(4 << 20)))
    image = make_image(tmp_path / "image", zeros, packed=True)
    assert blobs(image)["layer"].stat().st_size < 100_000
    assert refused(image, tmp_path / "new", most_bytes=1 << 20) == "image_large"
    many = make_image(tmp_path / "many", make_layer(*(entry(f"{n}/x", b"") for n in range(40))))
    assert refused(many, tmp_path / "new", most_files=50) == "image_many_files"
    promised, _ = entry("x", b"", size=1 << 60)
    liar = make_image(tmp_path / "liar", promised.tobuf() + bytes(1024))
    assert refused(liar, tmp_path / "new") == "image_large"
    long_header = tarfile.TarInfo("x")
    long_header.type, long_header.size = tarfile.XHDTYPE, 1 << 40
    header = make_image(tmp_path / "header", long_header.tobuf() + bytes(1024))
    assert refused(header, tmp_path / "new") == "image_damaged"
    assert not (tmp_path / "new").exists()


def test_a_sparse_file_counts_as_long_as_it_says(tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        told = tarfile.TarInfo("hole")
        told.pax_headers = {"GNU.sparse.size": str(1 << 50), "GNU.sparse.map": "0,0", "GNU.sparse.name": "hole"}
        archive.addfile(told, io.BytesIO(b""))
    image = make_image(tmp_path / "image", packed.getvalue())
    assert refused(image, tmp_path / "new") == "image_large"


def test_the_image_for_this_machine_is_taken_and_no_other(tmp_path):
    foreign = make_image(tmp_path / "foreign", BELOW, platform={"architecture": OTHER})
    assert refused(foreign, tmp_path / "new") == "image_machine"
    ours = make_image(tmp_path / "ours", BELOW)
    index, other = (json.loads((one / "index.json").read_text()) for one in (ours, foreign))
    inner = json.dumps({"manifests": index["manifests"] + other["manifests"]}).encode()
    listed = {"mediaType": "application/vnd.oci.image.index.v1+json"}
    (ours / "index.json").write_text(json.dumps({"manifests": [_stored(ours, inner) | listed]}))
    assert unpack(ours, tmp_path / "new").digest == index["manifests"][0]["digest"]
    again = json.dumps({"manifests": [_stored(ours, inner) | listed, {**index["manifests"][0], "digest": "sha256:0"}]})
    (ours / "index.json").write_text(again)
    assert refused(ours, tmp_path / "second") == "image_several"


def _stored(image, content):
    from backends.images import _put

    return _put(image, content)


@pytest.mark.parametrize(
    "index",
    ["", "[]", "{", '{"manifests": 1}', '{"manifests": [1]}', '{"manifests": [{}]}', "[" * 100_000,
     '{"manifests": [{"digest": "sha256:../../../../etc/passwd", "size": 1}]}'],
)  # fmt: skip
def test_an_index_that_is_none_is_refused(tmp_path, index):
    image = make_image(tmp_path / "image", BELOW)
    (image / "index.json").write_text(index)
    assert refused(image, tmp_path / "new") == "image_damaged"


def test_what_is_no_image_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("no archive")
    (tmp_path / "folder").mkdir()
    other = tmp_path / "other.tar"
    other.write_bytes(BELOW)
    (tmp_path / "empty.tar").write_bytes(b"")
    long_header = tarfile.TarInfo("x")
    long_header.type, long_header.size = tarfile.XHDTYPE, 1 << 40
    (tmp_path / "header.tar").write_bytes(long_header.tobuf() + bytes(1024))
    for name in ("file", "folder", "other.tar", "empty.tar", "absent", "header.tar"):
        assert refused(tmp_path / name, tmp_path / "new") == "image_format"
    zstd = make_image(tmp_path / "zstd", b"\x28\xb5\x2f\xfd" + b"x" * 100)
    assert refused(zstd, tmp_path / "new") == "image_packing"


def test_a_full_disk_is_told_as_such_and_leaves_nothing(tmp_path, monkeypatch):
    image = make_image(tmp_path / "image", BELOW)

    def full(path, *_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(os, "fchmod", full)
    with pytest.raises(OSError, match="No space"):
        unpack(image, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["image"]


def test_of_a_folder_without_an_image_nothing_is_known(tmp_path):
    assert opened(tmp_path) is None
    (tmp_path / "image.json").write_text(json.dumps({"digest": "d", "environment": {}, "workdir": ""}))
    assert opened(tmp_path) is None
    (tmp_path / "root").mkdir()
    assert opened(tmp_path) == Image("d", {}, "")
    (tmp_path / "image.json").write_text("[]")
    assert opened(tmp_path) is None


def test_programs_are_lent_with_all_that_they_load():
    lent = lending.programs()
    assert {"sh", "setpriv", "loader", "libc.so.6"} <= lent.keys()
    assert all(Path(path).is_file() for path in lent.values())
    assert images.MACHINES.keys() == {"x86_64", "aarch64"}


def test_the_driver_of_gpus_is_lent_with_its_names(tmp_path):
    for name in ("libcuda.so.550.54", "libnvidia-ml.so.1", "libc.so.6", "libcudart.so.12"):
        (tmp_path / name).write_text("x")
    (tmp_path / "libcuda.so.1").symlink_to("libcuda.so.550.54")
    lent = lending.driver([str(tmp_path), "/nowhere"])
    assert lent == {name: f"{tmp_path}/{name}" for name in ("libcuda.so.1", "libcuda.so.550.54", "libnvidia-ml.so.1")}
