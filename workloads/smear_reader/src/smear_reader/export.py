"""Writes a trained network as ONNX, its normalisations folded into the convolutions, with what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from smear_reader.detector import Facts
from smear_reader.network import Detector as Network

OPSET = 17
IR = 8


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = []

    def value(self, array: np.ndarray) -> str:
        name = f"value{len(self.values)}"
        self.values.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, inputs: Iterable[str], output: str = "", **options: Any) -> str:
        name = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **options))
        return name

    def steps(self, part: nn.Module, seen: str) -> str:
        """Convolution, normalisation and rectifier of each step in turn."""
        for convolution, norm in _pairs(part):
            assert norm.running_mean is not None and norm.running_var is not None
            by = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
            kernel = (convolution.weight.detach() * by[:, None, None, None]).numpy()
            bias = (norm.bias - norm.running_mean * by).detach().numpy()
            seen = self.node("Relu", [self.convolved(seen, kernel, bias, convolution)])
        return seen

    def convolved(self, seen: str, kernel: np.ndarray, bias: np.ndarray, like: nn.Conv2d) -> str:
        pads = [int(pad) for pad in like.padding] * 2
        shape: dict[str, Any] = {"strides": list(like.stride), "dilations": list(like.dilation), "pads": pads}
        return self.node("Conv", [seen, self.value(kernel), self.value(bias)], **shape)


def _pairs(part: nn.Module) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    convolution: nn.Conv2d | None = None
    for module in part.modules():
        if isinstance(module, nn.Conv2d):
            convolution = module
        elif isinstance(module, nn.BatchNorm2d) and convolution is not None:
            yield convolution, module


def export(network: Network, path: Path, facts: Facts) -> None:
    """Writes `network` to `path`: "densities" (1 x 3 x height x width) in, "chances" (a quarter of each side) out."""
    graph = _Graph()
    fine = graph.steps(network.stem, "densities")
    around = graph.steps(network.around, fine)
    scales = graph.value(np.array([1, 1, 2, 2], dtype=np.float32))
    options = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    up = graph.node("Resize", [around, "", scales], **options)
    joined = graph.steps(network.join, graph.node("Concat", [fine, up], axis=1))
    assert network.head.bias is not None
    kernel, bias = network.head.weight.detach().numpy(), network.head.bias.detach().numpy()
    graph.node("Sigmoid", [graph.convolved(joined, kernel, bias, network.head)], "chances")
    inputs = helper.make_tensor_value_info("densities", TensorProto.FLOAT, [1, 3, "height", "width"])
    outputs = helper.make_tensor_value_info("chances", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "smear_reader", [inputs], [outputs], graph.values),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
    )
    helper.set_model_props(model, {"smear_reader": json.dumps(asdict(facts))})
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
