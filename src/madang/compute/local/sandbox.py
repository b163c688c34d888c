"""Shuts a job in with bubblewrap: its own folder, the system's programs read-only, no network, nothing of ours.

Two ways, by who runs us. An ordinary user (the way to run a centre): the job lives in a user namespace of its own, in
which no further one can be made. Root (a container, a first try): no user namespace, but the job is given a user number
of its own before its command starts, so that it owns nothing outside its folder. Either way it has no capabilities and
can gain no privileges. Within, its folder is /job: its home, and the only place where it can keep anything. A job that
names an image has that image's root, read-only, instead of the system's programs; all else is the same.
"""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from madang.compute.local import filtering, lending

Order = dict[str, Any]

HOME = "/job"
# Where a job sees the software that was built for it, or builds some; the path stands in what is built there.
LAYER = "/env"
PROGRAMS = {"bwrap": "bubblewrap", "setpriv": "util-linux"}
USER_WITHIN = 1000
FIRST_JOB_USER = 2_000_000
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# what a job that may use the network needs to find names and to trust the other side
_ETC_OF_NETWORK = ("resolv.conf", "ssl", "pki", "ca-certificates")
_ETC_OF_HOST = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime")
_DRIVER = ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools", "/dev/nvidia-modeset")
_DRIVER_TREES = ("/sys/devices", "/sys/bus/pci", "/sys/module/nvidia")
_BEGIN = f'. /etc/job-environment && cd {HOME} && exec "$@"'  # as the job's user, so that nothing of it acts for root
_MIB = 1 << 20


def visible(software: tuple[str, ...]) -> list[Path]:
    """The folders of this machine that a job can read; a spool must lie in none of them."""
    return [Path(path) for path in ("/usr", *_SYSTEM, *software)]


def own_python(prefix: str, base_prefix: str) -> tuple[Path, ...]:
    """The folders to name as software so that jobs have the Python with `sys.prefix` and `sys.base_prefix`."""
    wanted = [Path(prefix), Path(base_prefix), Path(base_prefix).resolve()]
    return tuple(path for path in dict.fromkeys(wanted) if not path.is_relative_to("/usr"))


def etc(order: Order) -> dict[str, str]:
    """The few files of /etc that a job sees, by name, and its environment as a shell reads it."""
    user = order["uid"] or USER_WITHIN
    names = "files dns" if order["network"] else "files"
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in _environment(order).items()]
    return {
        "passwd": f"job:x:{user}:{user}::{HOME}:/bin/sh\n",
        "group": f"job:x:{user}:\n",
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": f"passwd: files\ngroup: files\nhosts: {names}\n",
        "job-environment": "".join(lines),
    }


def opened_etc(order: Order) -> dict[str, int]:
    """The same as open descriptors in memory, which cost a short job less than files on the disk."""
    return {name: filtering.in_memory(content.encode()) for name, content in etc(order).items()}


def _environment(order: Order) -> dict[str, str]:
    """The whole environment of a job: what it may change, what the submission asked for, what it may not change."""
    own = [LAYER] if order["layer"] or order["builds"] else []
    places = [f"{path}/bin" for path in [*own, *order["software"]]] + ["/usr/local/bin", "/usr/bin", "/bin"]
    usual = {"PATH": ":".join(places), "LANG": "C.UTF-8"} | _of_image(order)
    usual |= {"HOME": HOME, "USER": "job", "LOGNAME": "job"}
    usual |= {"TMPDIR": "/tmp", "SHELL": "/bin/sh", "OMP_NUM_THREADS": str(len(order["cores"]))}  # noqa: S108 - its own
    usual |= (
        {} if order["builds"] else {"PYTHONDONTWRITEBYTECODE": "1"}
    )  # else it would be fetched with what a job left
    given = {
        "CUDA_VISIBLE_DEVICES": ",".join(gpu["uuid"] for gpu in order["gpus"]),
        "MADANG_JOB": order["job"],
        "MADANG_NODES": "1",
        "MADANG_CORES": str(len(order["cores"])),
        "MADANG_GPUS": str(len(order["gpus"])),
        "MADANG_MEMORY_MB": str(order["memory_mb"]),
        "MADANG_WALL_SECONDS": str(order["wall_seconds"]),
        "MADANG_RESTART_COUNT": str(order["restarts"]),
    }
    asked: dict[str, str] = order["environment"]
    return usual | asked | given


def _of_image(order: Order) -> dict[str, str]:
    """What the makers of the job's image set, with the GPUs' driver before their own libraries."""
    image: Order = order["image"]
    if not image:
        return {}
    found: dict[str, str] = {**image["environment"], "MADANG_IMAGE": image["digest"]}
    if image["workdir"]:
        found["MADANG_IMAGE_WORKDIR"] = image["workdir"]
    if image["driver"]:
        found["LD_LIBRARY_PATH"] = ":".join(filter(None, [lending.DRIVER, found.get("LD_LIBRARY_PATH")]))
    return found


def command(
    folder: Path, order: Order, status: int, calls: int | None, files: Mapping[str, int], gate: int | None = None
) -> list[str]:
    """The whole argument vector. On descriptor `status` bubblewrap tells the sandbox's first pid and its exit code.

    It reads the `files` of /etc from their descriptors (`opened_etc`), and from descriptor `calls` the filter of system
    calls; nothing runs before something is read from `gate`, so that the first process can be given its bounds.
    """
    words = ["bwrap", "--json-status-fd", str(status), "--die-with-parent", "--new-session"]
    words += [] if calls is None else ["--seccomp", str(calls)]
    words += [] if gate is None else ["--block-fd", str(gate)]
    words += _namespaces(order)
    # The job's own /tmp comes before the software: a checkout that itself lies below /tmp would be covered by it.
    if order["image"]:
        words += [*_image(order["image"]), *_devices(order), "--remount-ro", "/sys"]
    else:
        words += _devices(order) + _view(order)
    words += ["--proc", "/proc", *_etc(order, files)]
    if order["builds"]:
        words += ["--bind", f"{folder}/layer", LAYER]
    elif order["layer"]:
        words += ["--ro-bind", order["layer"], LAYER]
    words += ["--bind", f"{folder}/work", HOME, "--chdir", "/", "--remount-ro", "/", "--"]
    return words + _rights(order) + [*_program("/bin/sh", order), "-c", _BEGIN, "sh", *order["argv"]]


def _program(path: str, order: Order) -> list[str]:
    """How a program of the machine is started in the job's view."""
    return lending.begun_by(Path(path).name) if order["image"] else [path]


def _namespaces(order: Order) -> list[str]:
    words = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"]
    words += [] if order["network"] else ["--unshare-net"]
    words += ["--hostname", "madang", "--cap-drop", "ALL"]
    if order["uid"]:
        return [*words, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*words, "--unshare-user", "--uid", str(USER_WITHIN), "--gid", str(USER_WITHIN), "--disable-userns"]


@cache
def system() -> tuple[str, ...]:
    """The words that show a job the machine's programs, looked up once a process."""
    words = ["--ro-bind", "/usr", "/usr"]
    for path in _SYSTEM:
        if Path(path).is_symlink():
            words += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).is_dir():
            words += ["--ro-bind", path, path]
    return tuple(words)


def _view(order: Order) -> list[str]:
    words = list(system())
    for path in order["software"]:
        for above in reversed(Path(path).parents):
            words += ["--perms", "0755", "--dir", str(above)]
        words += ["--ro-bind", path, path]
    return words


def _image(image: Order) -> list[str]:
    """An image's root instead of the machine's, and what the machine lends to it."""
    words = ["--ro-bind", image["root"], "/", "--perms", "0755", "--tmpfs", "/sys"]
    words += ["--perms", "0755", "--tmpfs", lending.PLACE]
    for place, files in ((lending.PLACE, image["programs"]), (lending.DRIVER, image["driver"])):
        for name, path in files.items():
            words += ["--ro-bind", path, f"{place}/{name}"]
    return [*words, "--remount-ro", lending.PLACE]


def _etc(order: Order, files: Mapping[str, int]) -> list[str]:
    words = [] if order["image"] else ["--perms", "0755", "--dir", "/etc"]
    how = "--ro-bind-data" if order["image"] else "--file"  # in an image they lie over others
    for name, descriptor in files.items():
        words += ["--perms", "0644", how, str(descriptor), f"/etc/{name}"]
    of_host: tuple[str, ...] = (*_ETC_OF_HOST, *(_ETC_OF_NETWORK if order["network"] else ()))
    if order["image"]:  # it has its own of the others
        of_host = ("resolv.conf",) if order["network"] else ()
    for name in of_host:
        words += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return words


def _devices(order: Order) -> list[str]:
    words = ["--dev", "/dev"]
    if order["gpus"]:
        for path in (*_DRIVER, *(node for gpu in order["gpus"] for node in (gpu["device"], *gpu["nodes"]))):
            words += ["--dev-bind-try", path, path]
        for path in _DRIVER_TREES:
            words += ["--ro-bind-try", path, path]
    size = str(order["memory_mb"] * _MIB // 2)
    for path in ("/dev/shm", "/tmp"):  # noqa: S108 - the job's own, in memory, gone with it
        words += ["--perms", "1777", "--size", size, "--tmpfs", path]
    return [*words, "--remount-ro", "/dev"]


def _rights(order: Order) -> list[str]:
    """Words before the command: where we are root, it gives up being it."""
    drop = [f"--reuid={order['uid']}", f"--regid={order['uid']}", "--clear-groups", "--"]
    return [*_program("/usr/bin/setpriv", order), *drop] if order["uid"] else []


def bound(first: int, order: Order) -> None:
    """Puts bounds on the sandbox's first process, from which all others have them, that the job cannot lift.

    With a GPU the address space is left free: drivers map more than they use. OSError where that cannot be done.
    """
    memory = order["memory_mb"] * _MIB
    bounds = {resource.RLIMIT_DATA: memory, resource.RLIMIT_CORE: 0}
    bounds |= {resource.RLIMIT_NPROC: order["processes"], resource.RLIMIT_FSIZE: order["file_bytes"]}
    if not order["gpus"]:
        bounds[resource.RLIMIT_AS] = 2 * memory + (4096 * _MIB)
    for which, wanted in bounds.items():  # a bound that is already tighter cannot be widened
        hard = resource.getrlimit(which)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.prlimit(first, which, (most, most))


def job_user(number: int) -> int | None:
    """The user number for the job in this place of the queue; None where we are not root and cannot give it one."""
    return FIRST_JOB_USER + number % 1_000_000 if os.geteuid() == 0 else None


def trial() -> tuple[str, dict[str, str]]:
    """Whether a sandbox can be opened on this machine, found out by opening one: a code and its facts."""
    import shutil  # both are for the trial alone, and no supervisor needs to carry them
    import tempfile

    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            return "sandbox_missing", {"program": program, "package": package}
    order: Order = {"job": "trial", "argv": ["/bin/true"], "uid": job_user(0), "software": [], "cores": [0], "gpus": []}
    order |= {
        "layer": "",
        "builds": "",
        "image": {},
        "network": False,
        "memory_mb": 64,
        "wall_seconds": 1,
        "restarts": 0,
        "environment": {},
        "processes": 64,
        "file_bytes": 1,
    }
    with tempfile.TemporaryDirectory() as name, Path(os.devnull).open("wb") as nowhere:
        folder = Path(name)
        (folder / "work").mkdir()
        if order["uid"]:
            os.chown(folder / "work", order["uid"], order["uid"])  # as the runner does: the umask may be strict
        calls, files = filtering.opened(), opened_etc(order)
        words = command(folder, order, nowhere.fileno(), calls, files)
        passed = [nowhere.fileno(), *files.values(), *([] if calls is None else [calls])]
        try:
            tried = subprocess.run(words, env={}, capture_output=True, timeout=20, check=False, pass_fds=passed)
        except (OSError, subprocess.TimeoutExpired) as fault:
            return "sandbox_fails", {"detail": str(fault)}
        finally:
            for descriptor in passed[1:]:
                os.close(descriptor)
    if tried.returncode:
        return "sandbox_fails", {"detail": tried.stderr.decode(errors="replace").strip()[-300:]}
    return "sandbox_works", {}
