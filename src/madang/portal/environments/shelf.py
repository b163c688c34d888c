"""The operator's shelf: the folder on this machine in which prepared environments lie, and the folder of packages."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from madang.compute.local.sandbox import own_python
from madang.errors import Refused
from madang.portal.environments.rules import CODE

_MARK = "pyvenv.cfg"


def offered() -> list[str]:
    """The names of the folders on the shelf that hold a Python environment."""
    root = settings.MADANG_ENVIRONMENTS
    found = sorted(path.parent.name for path in root.glob(f"*/{_MARK}")) if root else []
    return [name for name in found if CODE.fullmatch(name)]


def software(folder: str) -> tuple[str, ...]:
    """The folders that a job sees for a prepared environment: its own, and the Python that it rests on.

    Refused: ``environment_folder`` where it is not, or no longer, on the shelf.
    """
    root = settings.MADANG_ENVIRONMENTS
    if root is None or not CODE.fullmatch(folder) or not (root / folder / _MARK).is_file():
        raise Refused("environment_folder", field="folder", folder=folder)
    place = root / folder
    return tuple(str(path) for path in own_python(str(place), str(_base(place))))


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
