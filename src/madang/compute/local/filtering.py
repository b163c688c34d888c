"""The filter of system calls that each job runs under: what a job never needs and what has opened sandboxes before.

It is a classic BPF program as seccomp takes it (Linux, Documentation/userspace-api/seccomp_filter.rst); the numbers of
the calls are those of the kernel's tables for each machine. Programs for another machine than the system's do not run.
"""

from __future__ import annotations

import errno
import os
import struct
from functools import cache

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_NEW_USER = 0x10000000
_TERMINAL = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX put words into the keyboard of whoever looks on
_X32 = 0x40000000

# by machine: its audit number, and the calls
_MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            **{"clone": 56, "unshare": 272, "clone3": 435, "ioctl": 16},
            **{"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312},
            **{"mount": 165, "umount2": 166, "pivot_root": 155, "setns": 308, "open_tree": 428, "move_mount": 429},
            **{"fsopen": 430, "fsmount": 432, "mount_setattr": 442, "open_by_handle_at": 304, "quotactl": 179},
            **{"add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298},
            **{"userfaultfd": 323, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
            **{
                "init_module": 175,
                "finit_module": 313,
                "delete_module": 176,
                "kexec_load": 246,
                "kexec_file_load": 320,
            },
            **{"reboot": 169, "swapon": 167, "swapoff": 168, "syslog": 103, "acct": 163, "settimeofday": 164},
            **{"iopl": 172, "ioperm": 173, "vhangup": 153, "lookup_dcookie": 212},
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            **{"clone": 220, "unshare": 97, "clone3": 435, "ioctl": 29},
            **{"ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272},
            **{"mount": 40, "umount2": 39, "pivot_root": 41, "setns": 268, "open_tree": 428, "move_mount": 429},
            **{"fsopen": 430, "fsmount": 432, "mount_setattr": 442, "open_by_handle_at": 265, "quotactl": 60},
            **{"add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241},
            **{"userfaultfd": 282, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
            **{
                "init_module": 105,
                "finit_module": 273,
                "delete_module": 106,
                "kexec_load": 104,
                "kexec_file_load": 294,
            },
            **{"reboot": 142, "swapon": 224, "swapoff": 225, "syslog": 116, "acct": 89, "settimeofday": 170},
            **{"vhangup": 58, "lookup_dcookie": 18},
        },
    ),
}


@cache
def program(machine: str) -> bytes | None:
    """The filter for a machine as `os.uname` names it; None where its calls are not known."""
    if machine not in _MACHINES:
        return None
    audit, calls = _MACHINES[machine]
    refuse, unknown, allow = _returns(errno.EPERM), _returns(errno.ENOSYS), _step(_RETURN, _ALLOW)
    found = [_step(_LOAD, _MACHINE), _step(_EQUAL, audit, 1, 0), refuse, _step(_LOAD, _NUMBER)]
    found += [_step(_AT_LEAST, _X32, 0, 1), refuse]
    named = dict(calls)
    # the C library then takes clone, whose flags can be looked into
    found += [_step(_EQUAL, named.pop("clone3"), 0, 1), unknown]
    for name in ("clone", "unshare"):
        look = [_step(_LOAD, _ARGUMENTS), _step(_ANY_BIT, _NEW_USER, 0, 1), refuse, allow]
        found += [_step(_EQUAL, named.pop(name), 0, len(look)), *look]
    look = [_step(_LOAD, _ARGUMENTS + 8)]
    for word in _TERMINAL:
        look += [_step(_EQUAL, word, 0, 1), refuse]
    look.append(allow)
    found += [_step(_EQUAL, named.pop("ioctl"), 0, len(look)), *look]
    for number in sorted(named.values()):
        found += [_step(_EQUAL, number, 0, 1), refuse]
    return b"".join([*found, allow])


def known() -> bool:
    """Whether there is a filter for this machine."""
    return os.uname().machine in _MACHINES


def opened() -> int | None:
    """The filter for this machine, as an open descriptor at its beginning; None where there is none."""
    content = program(os.uname().machine)
    if content is None:
        return None
    return in_memory(content)


def in_memory(content: bytes) -> int:
    """A file that lies nowhere but in memory, as an open descriptor at its beginning."""
    descriptor = os.memfd_create("madang", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _step(code: int, operand: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, operand)


def _returns(number: int) -> bytes:
    return _step(_RETURN, _ERROR | number)
