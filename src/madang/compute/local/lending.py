"""What of this machine is lent to a job that runs in an image: the few programs that begin it, and the GPUs' driver.

An image need not have a shell, and what it has may do anything: the programs that begin a job and give up rights are
the machine's own, started through the machine's own loader, so that nothing of the image runs before they are done.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from madang.errors import Refused

PLACE = "/.madang"
LOADER = "loader"
PROGRAMS = ("sh", "setpriv")
DRIVER = f"{PLACE}/driver"
_LIBRARIES = (f"/usr/lib/{os.uname().machine}-linux-gnu", "/usr/lib64", "/usr/lib")
_OF_THE_DRIVER = ("libcuda.so*", "libcudadebugger.so*", "libnvidia-*.so*", "libnvcuvid.so*", "libnvoptix.so*")
# what a loader of the GNU C library says where it is asked what it would load
_LOADED = re.compile(r"^\s*(?:(\S+) => )?(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)


@cache
def programs() -> dict[str, str]:
    """Name in `PLACE` → file of this machine: programs, what they load, and the loader.

    Refused: ``image_programs`` where one is not there, or not of the GNU C library.
    """
    import shutil  # for the runner alone: no supervisor needs to carry it

    found: dict[str, str] = {}
    for name in PROGRAMS:
        path = shutil.which(name, path="/usr/bin:/bin")
        told = subprocess.run(
            [path or name], env={"LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True, check=False
        )
        loaded = {known or LOADER: file for known, file in _LOADED.findall(told.stdout)}
        if path is None or LOADER not in loaded:
            raise Refused("image_programs", program=name)
        found |= {name: path, **loaded}
    return found


def begun_by(name: str) -> list[str]:
    """The words that start one of the lent programs within the image."""
    return [f"{PLACE}/{LOADER}", "--inhibit-cache", "--library-path", PLACE, f"{PLACE}/{name}"]


def driver(folders: Iterable[str] = _LIBRARIES) -> dict[str, str]:
    """Name in `DRIVER` → library of the NVIDIA driver, which must be the one that the kernel's module is of."""
    found: dict[str, str] = {}
    for folder in folders:
        for pattern in _OF_THE_DRIVER:
            found |= {path.name: str(path) for path in sorted(Path(folder).glob(pattern)) if path.name not in found}
    return found
