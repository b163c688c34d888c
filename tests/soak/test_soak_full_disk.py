"""A centre whose disk fills up while people write: clear answers, nothing half done, and on it goes with room again."""

from __future__ import annotations

import os
import shutil
import subprocess

import httpx
import pytest
from journeys.running_centre import Centre
from soak import parts

pytestmark = pytest.mark.soak

DISK_MB = 80
PDF = b"%PDF-1.4\n" + b"%x\n" * 300_000


@pytest.fixture
def small_disk(tmp_path):
    """A disk in memory, which root can mount; skips elsewhere."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "madang-soak", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("nothing can be mounted in this container")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def centre(small_disk):
    found = Centre(small_disk)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def test_a_full_disk_is_said_and_loses_nothing(centre, small_disk):
    drafts = parts.step(centre, "open_call", drafts=30, seconds=3600)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        while True:
            try:
                os.write(file.fileno(), b"\0" * 65536)
            except OSError:
                break

    answers = {draft["application"]: submit(centre, draft) for draft in drafts}
    uploads = [upload(centre, draft) for draft in drafts[:3]]
    print(
        f"on a full disk: {sorted(given.status_code for given in answers.values())}, {[u.status_code for u in uploads]}"
    )
    for given in [*answers.values(), *uploads]:
        assert given.status_code < 300 or given.json()["title"] in {"unavailable", "disk_full"}, given.text
    assert [given for given in uploads if given.status_code >= 300], "the disk was not full"

    filler.unlink()
    again = {draft["application"]: submit(centre, draft) for draft in drafts}
    assert {given.status_code for given in again.values()} == {200}
    found = parts.step(centre, "receipts")
    assert len(set(found["numbers"].values())) == found["submissions"] == found["last"] == len(drafts)
    assert upload(centre, drafts[0]).status_code in (409, 422), "what is submitted takes no more files"
    assert centre.madang("audit", "verify").returncode == 0


def submit(centre: Centre, draft: dict) -> httpx.Response:
    path = f"{centre.url}/api/v1/applications/{draft['application']}/submit"
    return httpx.post(path, headers=bearer(draft), json={"version": draft["version"]}, timeout=60)


def upload(centre: Centre, draft: dict) -> httpx.Response:
    path = f"{centre.url}/api/v1/applications/{draft['application']}/attachments"
    return httpx.post(path, headers=bearer(draft), files={"file": ("paper.pdf", PDF)}, timeout=60)


def bearer(draft: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {draft['token']}", "Accept-Language": "en"}
