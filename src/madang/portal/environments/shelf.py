"""The operator's shelf: the folder on this machine in which prepared environments lie, and the folder of packages."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from madang.compute.local import images
from madang.compute.local.sandbox import own_python
from madang.errors import Refused
from madang.portal.environments.rules import CODE

_MARK = "pyvenv.cfg"


def offered() -> list[str]:
    """The names of the folders on the shelf that hold a Python environment or an image."""
    root = settings.MADANG_ENVIRONMENTS
    marked = {path.parent for mark in (_MARK, images.TOLD) for path in root.glob(f"*/{mark}")} if root else set()
    return sorted(path.name for path in marked if CODE.fullmatch(path.name))


def software(folder: str) -> tuple[str, ...]:
    """The folders that a job sees for a prepared environment: its own, and the Python that it rests on.

    Refused: ``environment_folder`` where it is not, or no longer, on the shelf.
    """
    place = _place(folder)
    if place is None or not (place / _MARK).is_file():
        raise Refused("environment_folder", field="folder", folder=folder)
    return tuple(str(path) for path in own_python(str(place), str(_base(place))))


def digest(folder: str) -> str:
    """The digest of the image in a folder; empty where there is a Python environment. Refused: as `software`."""
    place = _place(folder)
    found = images.opened(place) if place else None
    if found is None:
        software(folder)
    return found.digest if found else ""


def image(folder: str, digest: str) -> str:
    """The folder of the image with this digest. Refused: ``environment_folder``, ``environment_changed``."""
    place = _place(folder)
    found = images.opened(place) if place else None
    if found is None:
        raise Refused("environment_folder", field="folder", folder=folder)
    if found.digest != digest:
        raise Refused("environment_changed", folder=folder)
    return str(place)


def _place(folder: str) -> Path | None:
    root: Path | None = settings.MADANG_ENVIRONMENTS
    return root / folder if root is not None and CODE.fullmatch(folder) else None


def _base(place: Path) -> Path:
    """Where the Python stands from which the environment was made (its pyvenv.cfg, PEP 405)."""
    lines = (line.partition("=") for line in (place / _MARK).read_text(encoding="utf-8").splitlines())
    told = {name.strip(): value.strip() for name, _, value in lines}
    return Path(told.get("home", "/usr/bin")).parent


def packages() -> Path:
    """The folder of packages from which organisations build. Refused: ``environment_no_packages``."""
    folder: Path | None = settings.MADANG_PACKAGES
    if folder is None or not folder.is_dir():
        raise Refused("environment_no_packages")
    return folder
