"""The job scripts of the centre, run as a job runs them: in a folder with what was sent along."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from smear_reader.synthetic import field

PACKAGE = Path(__file__).resolve().parents[1]


@pytest.fixture
def job(tmp_path):
    """A job's folder with two marked fields below data/bench, and how its script is run there."""
    (tmp_path / "data" / "bench").mkdir(parents=True)
    for number in (1, 2):
        image, marks = field(np.random.default_rng([42, number]), 512, 384)
        Image.fromarray(image).save(tmp_path / "data" / "bench" / f"{number}.png")
        lines = [f"{m.label},{m.x},{m.y},{m.width},{m.height}" for m in marks]
        (tmp_path / "data" / "bench" / f"{number}.csv").write_text("\n".join(["label,x,y,width,height", *lines]))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def started(script, *words, **more):
        given = {"PATH": path, "PYTHONPATH": str(PACKAGE / "src"), "MADANG_CORES": "1", "LANG": "C.UTF-8", **more}
        return subprocess.Popen(
            ["/bin/sh", str(PACKAGE / "centre" / script), *words],
            cwd=tmp_path, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return started


def heeds_sigterm(process):
    """Whether the process has a handler for SIGTERM by now."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def test_evaluating_leaves_the_figures_of_every_folder(job, tmp_path):
    process = job("evaluate.sh", "--shrink", "1")
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    figures = json.loads((tmp_path / "figures-bench.json").read_text())
    assert figures["fields"] == 2 and {"precision", "recall", "f1", "average_precision"} <= set(figures)
    assert said.startswith("bench: ")


def test_without_fields_it_says_what_is_missing(job, tmp_path):
    (tmp_path / "data" / "bench").rename(tmp_path / "elsewhere")
    process = job("evaluate.sh")
    assert "below data/" in process.communicate(timeout=60)[1]
    assert process.returncode == 2


def test_training_that_is_put_back_goes_on_from_its_checkpoint(job, tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: it comes with the extra `train`")

    def stopped(**more):
        """A run that is asked to end as soon as it can hear: what it printed, and the steps that it kept."""
        process = job("train.sh", "--steps", "40", **more)
        while not heeds_sigterm(process):
            assert process.poll() is None, process.communicate()
            threading.Event().wait(0.05)
        process.send_signal(signal.SIGTERM)
        said, errors = process.communicate(timeout=120)
        assert process.returncode == 3, errors
        assert "goes on from the checkpoint" in errors
        return said, torch.load(tmp_path / "model.checkpoint", weights_only=True)["step"]

    assert stopped() == ("", 1)
    assert stopped(MADANG_RESTART_COUNT="1") == ("run 2 of this job: on from the checkpoint\n", 2)


def test_without_pytorch_training_says_what_it_needs(job):
    try:
        import torch  # noqa: F401
    except ImportError:
        process = job("train.sh", LANG="ko_KR.UTF-8")
        assert "smear-reader[train]" in process.communicate(timeout=60)[1]
        assert process.returncode == 2
    else:
        pytest.skip("PyTorch is installed")
