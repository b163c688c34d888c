"""Asks the NVIDIA driver which GPUs there are and into which slices (MIG) they are cut, through its library NVML.

Names and numbers are those of NVIDIA's NVML API reference (version 12); how a slice's profile is named from its parts
is told in the MIG user guide, "Device names". Nothing here changes a GPU.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

LIBRARY = "libnvidia-ml.so.1"
DONE, NOT_SUPPORTED, NOT_FOUND = 0, 3, 6
_TEXT, _GIB = 96, 1 << 30


class Slice(NamedTuple):
    """A part of a GPU: its profile as people write it (``1g.10gb``), and the instances that it is, by number."""

    uuid: str
    profile: str
    instance: int
    compute: int


class Device(NamedTuple):
    """A GPU; one that is `cut` is given out only by its slices, of which there may be none yet."""

    model: str
    uuid: str
    minor: int
    cut: bool
    slices: tuple[Slice, ...]


class Attributes(ctypes.Structure):
    """What NVML calls nvmlDeviceAttributes_t."""

    _fields_ = (
        ("multiprocessors", ctypes.c_uint),
        ("copy_engines", ctypes.c_uint),
        ("decoders", ctypes.c_uint),
        ("encoders", ctypes.c_uint),
        ("jpeg", ctypes.c_uint),
        ("optical_flow", ctypes.c_uint),
        ("of_gpu", ctypes.c_uint),
        ("of_compute", ctypes.c_uint),
        ("memory_mb", ctypes.c_ulonglong),
    )


class Memory(ctypes.Structure):
    """What NVML calls nvmlMemory_t, in bytes."""

    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


def devices(library: Any = None) -> tuple[Device, ...] | None:
    """The GPUs in the driver's order; None where there is no driver, or it does not answer as it should."""
    try:
        asked = _Asked(library or ctypes.CDLL(LIBRARY))
        asked.call("nvmlInit_v2")
        try:
            return tuple(asked.devices())
        finally:
            asked.call("nvmlShutdown")
    except (OSError, AttributeError):  # no library, an old one, or one whose driver is not loaded
        return None


class _Asked:
    """The library, with an error for what it refuses."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def call(self, name: str, *given: Any) -> None:
        code = getattr(self._library, name)(*given)
        if code != DONE:
            raise _Said(code, f"{name}: {code}")

    def number(self, name: str, device: Any) -> int:
        found = ctypes.c_uint()
        self.call(name, device, ctypes.byref(found))
        return found.value

    def text(self, name: str, device: Any) -> str:
        found = ctypes.create_string_buffer(_TEXT)
        self.call(name, device, found, ctypes.c_uint(_TEXT))
        return found.value.decode()

    def devices(self) -> Iterator[Device]:
        count = ctypes.c_uint()
        self.call("nvmlDeviceGetCount_v2", ctypes.byref(count))
        for index in range(count.value):
            device = ctypes.c_void_p()
            self.call("nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.byref(device))
            cut = self._is_cut(device)
            model, uuid = self.text("nvmlDeviceGetName", device), self.text("nvmlDeviceGetUUID", device)
            slices = tuple(self._slices(device)) if cut else ()
            yield Device(model, uuid, self.number("nvmlDeviceGetMinorNumber", device), cut, slices)

    def _is_cut(self, device: Any) -> bool:
        current, pending = ctypes.c_uint(), ctypes.c_uint()
        try:
            self.call("nvmlDeviceGetMigMode", device, ctypes.byref(current), ctypes.byref(pending))
        except _Said as said:
            if said.code != NOT_SUPPORTED:
                raise
        return bool(current.value)

    def _slices(self, device: Any) -> Iterator[Slice]:
        memory = Memory()
        self.call("nvmlDeviceGetMemoryInfo", device, ctypes.byref(memory))
        for index in range(self.number("nvmlDeviceGetMaxMigDeviceCount", device)):
            one = ctypes.c_void_p()
            try:
                self.call("nvmlDeviceGetMigDeviceHandleByIndex", device, ctypes.c_uint(index), ctypes.byref(one))
            except _Said as said:
                if said.code != NOT_FOUND:  # places of slices that were not made
                    raise
                continue
            attributes = Attributes()
            self.call("nvmlDeviceGetAttributes_v2", one, ctypes.byref(attributes))
            instances = (self.number(f"nvmlDeviceGet{what}InstanceId", one) for what in ("Gpu", "Compute"))
            yield Slice(self.text("nvmlDeviceGetUUID", one), profile(attributes, memory.total), *instances)


class _Said(OSError):
    """The driver refused; `code` is NVML's."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code


def profile(slice_: Attributes, total: int) -> str:
    """The name of a slice of a GPU with `total` bytes: ``1g.10gb``, or ``1c.2g.20gb`` of one shared by several.

    Its memory counts in whole eighths of the GPU's, since the driver keeps some of it back.
    """
    eighths = -(-slice_.memory_mb * (1 << 20) * 8 // total)
    memory = (2 * eighths * -(-total // _GIB) + 8) // 16
    part = "" if slice_.of_compute == slice_.of_gpu else f"{slice_.of_compute}c."
    return f"{part}{slice_.of_gpu}g.{memory}gb"
