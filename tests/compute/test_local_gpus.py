"""Tests of which GPUs and slices the driver is found to have, on answers as the reference of its library gives them."""

import ctypes

import pytest
from backends.local_site import LocalSite
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.local import machine, nvml, sandbox, settings
from madang.compute.local.queue import Queue
from madang.compute.local.settings import Gpu, Settings

H100, T4 = "NVIDIA H100 80GB HBM3", "Tesla T4"
TOTAL = 81_559 << 20
# profile → (slices of the GPU, of compute, MiB) as an H100 of 80 GB has them
PROFILES = {
    "1g.10gb": (1, 1, 9_984),
    "1g.20gb": (1, 1, 20_096),
    "2g.20gb": (2, 2, 20_096),
    "3g.40gb": (3, 3, 40_448),
    "1c.3g.40gb": (3, 1, 40_448),
    "4g.40gb": (4, 4, 40_448),
    "7g.80gb": (7, 7, 81_153),
}


class Driver:
    """Answers as the library does: by writing where the caller points, and with a code."""

    def __init__(self, gpus, *, loaded=True):
        self.gpus, self.loaded, self.open = gpus, loaded, 0
        self.known = {}

    def nvmlInit_v2(self):
        self.open += self.loaded
        return nvml.DONE if self.loaded else 9  # driver not loaded

    def nvmlShutdown(self):
        self.open -= 1
        return nvml.DONE

    def nvmlDeviceGetCount_v2(self, count):
        count._obj.value = len(self.gpus)
        return nvml.DONE

    def _handle(self, to, what):
        to._obj.value = len(self.known) + 1
        self.known[to._obj.value] = what
        return nvml.DONE

    def nvmlDeviceGetHandleByIndex_v2(self, index, to):
        return self._handle(to, self.gpus[index.value])

    def nvmlDeviceGetMigDeviceHandleByIndex(self, device, index, to):
        slices = self.known[device.value]["slices"]
        return self._handle(to, slices[index.value]) if index.value in slices else nvml.NOT_FOUND

    def nvmlDeviceGetMigMode(self, device, current, pending):
        if "slices" not in self.known[device.value]:
            return nvml.NOT_SUPPORTED
        current._obj.value = pending._obj.value = self.known[device.value].get("mode", 1)
        return nvml.DONE

    def nvmlDeviceGetMemoryInfo(self, device, memory):
        memory._obj.total = TOTAL
        return nvml.DONE

    def nvmlDeviceGetAttributes_v2(self, device, told):
        told._obj.of_gpu, told._obj.of_compute, told._obj.memory_mb = PROFILES[self.known[device.value]["profile"]]
        return nvml.DONE

    def __getattr__(self, name):
        field = {"Name": "name", "UUID": "uuid", "MinorNumber": "minor", "MaxMigDeviceCount": "most"}
        field |= {"GpuInstanceId": "instance", "ComputeInstanceId": "compute"}
        wanted = field[name.removeprefix("nvmlDeviceGet")]

        def answer(device, to, *length):
            value = self.known[device.value][wanted]
            if length:
                to.value = value.encode()
            else:
                to._obj.value = value
            return nvml.DONE

        return answer


def a_slice(number, profile):
    return {"uuid": f"MIG-{number}", "profile": profile, "instance": number + 7, "compute": 0}


def a_gpu(minor, name=H100, **more):
    return {"name": name, "uuid": f"GPU-{minor}", "minor": minor, "most": 7, **more}


CUT = a_gpu(1, slices={0: a_slice(0, "3g.40gb"), 2: a_slice(1, "1g.10gb"), 3: a_slice(2, "1g.10gb")})
MINORS = "config 1\nmonitor 2\n" + "".join(
    f"gpu{gpu}/gi{gi}/access {30 * gpu + 2 * gi}\ngpu{gpu}/gi{gi}/ci0/access {30 * gpu + 2 * gi + 1}\n"
    for gpu in (0, 1)
    for gi in (7, 8)
)


def test_whole_gpus_and_slices_are_told_apart(tmp_path):
    driver = Driver([a_gpu(0, T4), CUT, a_gpu(2, slices={}), a_gpu(3, slices={0: a_slice(9, "1g.10gb")}, mode=0)])
    told = nvml.devices(driver)
    assert driver.open == 0 and [one.cut for one in told] == [False, True, True, False]
    (tmp_path / "minors").write_text(MINORS)
    large, small = (("3g.40gb", "MIG-0", (44, 45)), ("1g.10gb", "MIG-1", (46, 47)))
    cut = tuple(
        Gpu(f"H100-80GB-HBM3-{name}", uuid, "/dev/nvidia1", tuple(f"/dev/nvidia-caps/nvidia-cap{n}" for n in rights))
        for name, uuid, rights in (large, small)
    )  # the third's instance has no node, so nobody could use it
    whole = Gpu("Tesla-T4", "GPU-0", "/dev/nvidia0"), Gpu("H100-80GB-HBM3", "GPU-3", "/dev/nvidia3")
    assert machine.given_out(told, tmp_path / "minors") == (whole[0], *cut, whole[1])
    assert machine.given_out(told, tmp_path / "nothing") == whole


@pytest.mark.parametrize("name", PROFILES)
def test_a_slice_is_called_by_its_profile(name):
    of_gpu, of_compute, memory = PROFILES[name]
    assert nvml.profile(nvml.Attributes(of_gpu=of_gpu, of_compute=of_compute, memory_mb=memory), TOTAL) == name


@given(st.integers(1, 7), st.integers(1, 1 << 18), st.integers(1 << 33, 1 << 38))
def test_a_profile_names_no_more_memory_than_there_is(part, memory, total):
    memory = min(memory, total >> 20)
    told = nvml.profile(nvml.Attributes(of_gpu=part, of_compute=part, memory_mb=memory), total)
    assert 0 <= int(told.split(".")[1].removesuffix("gb")) <= -(-total // (1 << 30))


def test_the_records_are_laid_out_as_the_library_writes_them():
    assert (ctypes.sizeof(nvml.Attributes), nvml.Attributes.memory_mb.offset) == (40, 32)
    assert (ctypes.sizeof(nvml.Memory), nvml.Memory.total.offset) == (24, 0)


def test_without_a_driver_nothing_is_told():
    assert nvml.devices(Driver([], loaded=False)) is None
    assert nvml.devices(object()) is None
    assert nvml.devices(Driver([])) == ()


def test_types_go_by_the_centres_names_and_are_shared_by_count(monkeypatch, tmp_path):
    found = (Gpu("Tesla-T4", "GPU-0", "/dev/a"), Gpu("H100-80GB-HBM3-1g.10gb", "MIG-1", "/dev/b", ("/dev/c",)))
    monkeypatch.setattr(machine, "_found", lambda: found)
    given = settings.made_from({"types": {"H100-80GB-HBM3-1g.10gb": "h100-mig"}, "shared": {"Tesla-T4": 3}})
    assert machine.by_type(machine.gpus(given)) == {"Tesla-T4": 3, "h100-mig": 1}
    assert machine.amounts(given)["gpu:h100-mig"] == 1
    settings.keep(given, tmp_path / "settings.json")
    assert settings.kept(tmp_path / "settings.json") == given
    assert machine.gpus(Settings(gpus=())) == ()
    with pytest.raises(ValueError, match="at least 1"):
        settings.made_from({"shared": {"Tesla-T4": 0}})


def test_a_job_with_a_slice_has_its_nodes_and_its_name(tmp_path):
    """What the runner orders of the slice it gives, and what bubblewrap is told of that."""
    cut = [Gpu("mig", f"MIG-{n}", "/dev/nvidia0", (f"/dev/nvidia-caps/nvidia-cap{n}",)) for n in range(2)]
    site = LocalSite(tmp_path / "spool", gpus=cut)
    queue = Queue(site.spool, site.spool.settings())
    spec = '{"argv": ["true"], "environment": {}, "inputs": {}}'
    row = {"id": "j", "number": 1, "spec": spec, "given": '{"cores": [0], "gpus": ["MIG-1"]}', "restarts": 0}
    row |= {"memory_mb": 64, "wall_seconds": 60, "spent": 0, "checkpoint_seconds": 0}
    order = queue.order(row)
    assert "CUDA_VISIBLE_DEVICES=MIG-1\n" in sandbox.etc(order)["job-environment"]
    words = sandbox.command(tmp_path / "job", order, 3, None, {})
    assert {"/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap1"} <= set(words)
    assert "/dev/nvidia-caps/nvidia-cap0" not in words
