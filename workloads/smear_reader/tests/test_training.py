"""Training: seeded, resumed as if never stopped, exported without loss; skipped where PyTorch is not installed."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="PyTorch is not installed: it comes with the extra `train`")
pytest.importorskip("onnx", reason="onnx is not installed: it comes with the extra `train`")

from smear_reader import measures  # noqa: E402
from smear_reader.detector import Detector as Read  # noqa: E402
from smear_reader.detector import Facts  # noqa: E402
from smear_reader.evaluation import evaluate  # noqa: E402
from smear_reader.export import export  # noqa: E402
from smear_reader.heldout import blocks, hold_out, moved, sets  # noqa: E402
from smear_reader.marks import ARTIFACT, SINGLE, UNCLASSIFIED, Mark  # noqa: E402
from smear_reader.matching import Detection, Matched  # noqa: E402
from smear_reader.network import Detector, loss  # noqa: E402
from smear_reader.practice import Material, Wanted, draw, material, practise  # noqa: E402
from smear_reader.samples import CELLS, SIDE, Cut, Lesson, drawn, sample, shrink_of, somewhere, targets  # noqa: E402
from smear_reader.synthetic import field  # noqa: E402
from smear_reader.training import Interrupted, Plan, train  # noqa: E402

PLAN = Plan(steps=6, batch=2, mine_after=0.5, mining=1, seed=3)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def lessons() -> list[Lesson]:
    return drawn(2, 7)


@pytest.fixture(scope="module")
def unbroken(lessons, tmp_path_factory) -> Detector:
    return train(lessons, PLAN, tmp_path_factory.mktemp("unbroken") / "run.checkpoint")


def same(one: Detector, other: Detector) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_a_resumed_run_ends_as_an_unbroken_one(lessons, unbroken, tmp_path) -> None:
    path, steps = tmp_path / "run.checkpoint", []

    def stop() -> bool:
        steps.append(1)
        return len(steps) == 4

    with pytest.raises(Interrupted):
        train(lessons, PLAN, path, stop=stop)
    assert same(train(lessons, PLAN, path), unbroken)


def test_another_seed_gives_another_network(lessons, unbroken, tmp_path) -> None:
    assert not same(train(lessons, replace(PLAN, seed=4), tmp_path / "run.checkpoint"), unbroken)


def test_a_checkpoint_of_another_plan_is_refused(lessons, tmp_path) -> None:
    path = tmp_path / "run.checkpoint"
    train(lessons, replace(PLAN, steps=1), path)
    with pytest.raises(ValueError, match="another plan"):
        train(lessons, PLAN, path)


def test_a_run_begins_from_the_averaged_weights_of_another(lessons, tmp_path) -> None:
    first = train(lessons, replace(PLAN, steps=2), tmp_path / "first.checkpoint")
    slow = replace(PLAN, steps=2, rate=1e-12, average=1.0)
    second = train(lessons, slow, tmp_path / "second.checkpoint", start=tmp_path / "first.checkpoint")
    assert torch.allclose(first.head.weight, second.head.weight, atol=1e-6)


def test_the_loss_falls_where_the_peak_stands_right() -> None:
    target = torch.zeros(1, 1, 8, 8)
    target[0, 0, 3, 3] = 1
    weight = torch.ones_like(target)
    right, wrong = torch.full_like(target, -5.0), torch.full_like(target, -5.0)
    right[0, 0, 3, 3], wrong[0, 0, 6, 6] = 5.0, 5.0
    assert loss(right, target, weight) < loss(wrong, target, weight)
    forgiven = weight.clone()
    forgiven[0, 0, 6, 6] = 0
    assert loss(wrong, target, forgiven) < loss(wrong, target, weight)


def test_targets_stand_at_bacilli_only_and_the_unclassified_weigh_nothing() -> None:
    marks = [Mark(SINGLE, 90, 90, 20, 20), Mark(ARTIFACT, 30, 30, 20, 20), Mark(UNCLASSIFIED, 180, 180, 20, 20)]
    target, weight = targets(marks, Cut(0, 0, SIDE))
    assert target.shape == weight.shape == (1, CELLS, CELLS)
    assert (target > 0.99).sum() == 1
    row, column = np.argwhere(target[0].numpy() > 0.99)[0]
    assert abs(row - 24.5) <= 1
    assert abs(column - 24.5) <= 1
    assert weight[0, 47, 47] == 0
    assert weight[0, 10, 10] == 1


def test_two_bacilli_end_to_end_keep_their_own_peaks() -> None:
    target, _ = targets([Mark(SINGLE, 90, 90, 20, 8), Mark(SINGLE, 111, 90, 20, 8)], Cut(0, 0, SIDE))
    assert (target > 0.99).sum() == 2
    row = target[0].numpy().max(axis=0)
    places = np.argwhere(row > 0.99)[:, 0]
    assert row[places[0] + 1 : places[1]].min() < 0.5


def test_samples_have_one_shape_and_follow_the_generator(lessons) -> None:
    def one(seed: int):
        rng = np.random.default_rng(seed)
        return sample(rng, lessons[0], somewhere(rng, lessons[0]))

    seen, target, weight = one(1)
    assert seen.shape == (3, SIDE, SIDE)
    assert target.shape == weight.shape == (1, CELLS, CELLS)
    assert torch.equal(seen, one(1)[0])
    assert not torch.equal(seen, one(2)[0])


def test_the_exported_model_says_what_the_network_says(unbroken, tmp_path) -> None:
    path = tmp_path / "model.onnx"
    export(unbroken, path, Facts(0.4, "a test", fields=("0123456789ab",)))
    density = np.random.default_rng(0).normal(0, 0.3, (64, 96, 3)).astype(np.float32)
    with torch.no_grad():
        expected = torch.sigmoid(unbroken(torch.from_numpy(density.transpose(2, 0, 1).copy())[None]))[0, 0].numpy()
    read = Read(path)
    assert np.allclose(read.heat(density), expected, atol=1e-4)
    assert read.facts == Facts(0.4, "a test", fields=("0123456789ab",))
    assert path.stat().st_size < 2 * 2**20


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("fields")
    draw(where, 4, 11)
    return where


def test_drawn_folders_are_read_back_with_their_scale(folder) -> None:
    found = material(folder)
    assert len(found.fields) == 4
    assert 0.5 < found.shrink < 1.6
    with pytest.raises(ValueError, match="scale"):
        shrink_of([])


def test_practise_writes_a_model_that_says_what_it_learnt(folder, tmp_path) -> None:
    said = practise(Wanted((folder,), 1, tmp_path / "model.onnx", steps=2))
    facts = Read(tmp_path / "model.onnx").facts
    assert said["trained"] == facts.trained
    assert len(facts.fields) == 4
    assert evaluate(folder, Read(tmp_path / "model.onnx"), shrink=1.0).figures["fields_that_the_model_learnt"] == 4
    assert "1 synthetic fields and " in facts.trained
    assert 0 < facts.threshold <= 1
    with pytest.raises(ValueError, match="nothing to learn"):
        practise(Wanted((), 0, tmp_path / "none.onnx"))


def test_blocks_part_a_set_and_never_learn_what_they_judge(folder) -> None:
    whole = material(folder)
    folds = blocks(whole, ["3", "2"])
    assert [fold.name for fold in folds] == [f"{folder.name}-1-1", f"{folder.name}-2-2", f"{folder.name}-3-4"]
    for fold in folds:
        learnt = {field.path for field in fold.learnt[0].fields}
        judged = {field.path for field in fold.judged}
        assert not learnt & judged
        assert learnt | judged == {field.path for field in whole.fields}
    with pytest.raises(ValueError, match="no field 9"):
        blocks(whole, ["9"])


def test_what_shows_the_ground_of_a_judged_field_is_not_learnt(tmp_path) -> None:
    """Two fields that overlap by a third , one each side of an edge: neither is learnt where the other is judged."""
    wide, marks = field(np.random.default_rng([9, 9]), 1000, 480)
    draw(tmp_path, 4, 13)
    for name, left in (("2", 0), ("3", 360)):
        Image.fromarray(wide[:, left : left + 640]).save(tmp_path / f"{name}.png")
        with (tmp_path / f"{name}.csv").open("w", newline="") as lines:
            rows = csv.writer(lines)
            rows.writerow(["label", "x", "y", "width", "height"])
            rows.writerows([m.label, m.x - left, m.y, m.width, m.height] for m in marks)
    folds = blocks(material(tmp_path), ["3"])
    assert [[f.path.stem for f in fold.learnt[0].fields] for fold in folds] == [["4"], ["1"]]
    assert [[f.path.stem for f in fold.judged] for fold in folds] == [["1", "2"], ["3", "4"]]


def test_sets_leave_each_out_once() -> None:
    one, two = Material("one", (), 1.0), Material("two", (), 2.0)
    assert [(fold.name, fold.shrink, [m.name for m in fold.learnt]) for fold in sets([one, two])] == [
        ("one", 1.0, ["two"]),
        ("two", 2.0, ["one"]),
    ]


def test_hold_out_gives_figures_for_every_block_and_together(folder, tmp_path) -> None:
    found = hold_out(blocks(material(folder), ["3"]), Wanted((), 0, tmp_path / "models", steps=2))
    assert len(found["folds"]) == 2
    assert found["together"]["fields"] == 4
    assert found["together"]["bacilli"] == sum(figures["bacilli"] for figures in found["folds"].values())


def test_moved_scores_keep_their_order_and_bring_the_threshold_to_one_half() -> None:
    matched = tuple(Matched(Detection(0, 0, score), None) for score in (0.9, 0.31, 0.3, 0.29, 0.01))
    scores = [m.detection.score for m in moved(measures.Scored("a", matched, 0), 0.3).matched]
    assert scores == sorted(scores, reverse=True)
    assert scores[2] == pytest.approx(0.5)
    assert scores[1] > 0.5 > scores[3]


def test_the_baseline_finds_red_rods_on_clear_ground(tmp_path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: it comes with the extra `train`")
    from smear_reader.baseline import Baseline, candidates

    baseline = Baseline(drawn(10, 5))
    film = np.full((240, 320, 3), 220, dtype=np.uint8)
    film[100:103, 100:122] = (200, 70, 110)
    film[180:184, 200:204] = (60, 160, 215)
    spots = candidates(film)
    assert [(round(x), round(y)) for x, y, _ in spots] == [(110, 101)]
    found = baseline.detect(film, 1.0)
    assert all(abs(d.x - 110) < 5 and abs(d.y - 101) < 5 for d in found)
    with pytest.raises(ValueError, match="no candidate"):
        Baseline([Lesson(film, ())])


def test_the_command_trains_draws_and_holds_out(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("smear_reader.practice.CHECKED", 2)
    from smear_reader.command import main

    assert main(["draw", str(tmp_path / "fields"), "--count", "2"]) == 0
    with (tmp_path / "fields" / "1.csv").open(newline="") as lines:
        assert next(csv.reader(lines)) == ["label", "x", "y", "width", "height"]
    with Image.open(tmp_path / "fields" / "1.png") as image:
        assert image.size == (640, 480)
    assert main(["train", "--synthetic", "1", "--steps", "1", "--out", str(tmp_path / "model.onnx")]) == 0
    assert main(["hold-out", "--data", str(tmp_path / "fields"), "--out", str(tmp_path / "models")]) == 2
    assert "--first" in capsys.readouterr().err
