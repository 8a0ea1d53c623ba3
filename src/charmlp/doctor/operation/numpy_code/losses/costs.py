"""Which function of a module is the loss of its network, and which of several networks is meant."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.handwritten import HandWritten, Make, Sizes
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import base
from charmlp.doctor.operation.numpy_code.losses.implied import LOSSES, usual_loss
from charmlp.doctor.operation.numpy_code.losses.networks import RIGHT, Network, Pass, copies_of
from charmlp.doctor.operation.numpy_code.losses.problems import Problem, as_rows, is_data
from charmlp.doctor.operation.numpy_code.names import (
    is_mask,
    is_of_backward,
    is_of_forward,
    is_truth,
    words_of,
)

MOST_COSTS = 4
OF_DELTAS = {"term", "terms", "signal", "signals"}  # an error term is what flows back, no loss
COST_WORD = re.compile(r"cost|loss|entropy|mse|error|objective|likelihood", re.IGNORECASE)


def is_network(forward: Function, backward: Function) -> bool:
    """Whether a backward pass is given what forward is not: the targets."""
    if len(forward.inputs) < 2 or len(backward.inputs) < 2:
        return False
    takes = {base(name) for name in forward.inputs}
    new = [name for name in backward.inputs if base(name) not in takes and name not in forward.returns]
    targets = [name for name in new if is_truth(name) and name != "d"]  # what backward calls d is a gradient
    return bool(targets) and not any(is_truth(name) for name in forward.inputs)


def with_costs(forward: Function, backward: Function, own: Mapping[str, Function]) -> list[Network]:
    """A network's passes with each function of the module that may be its loss, else with each usual one."""
    maker = maker_of(own)
    every = [f for f in own.values() if is_cost(f)]
    costs = [f for f in every if not is_of_parameters(f)][:MOST_COSTS]
    notes = [phrase("network-loss", loss=cost.name) if len(costs) > 1 else None for cost in costs]
    if costs:
        return [Network(c, forward, backward, maker, note=n) for c, n in zip(costs, notes, strict=True)]
    whole = [Network(cost, forward, backward, maker) for cost in every if is_computed_by(cost, backward)]
    return whole or [
        Network(None, forward, backward, maker, implied, phrase("network-loss", loss=implied))
        for implied in LOSSES
    ]


def is_computed_by(cost: Function, backward: Function) -> bool:
    """Whether a cost of data and parameters takes just what the backward pass takes."""
    return {name.lower() for name in cost.inputs} == {name.lower() for name in backward.inputs}


def likeliest(networks: Sequence[Network]) -> Make:
    """The network whose gradients are right, else the first of those that fit best.

    Found out once for each size: whoever examines it asks more than once.
    """
    kept: dict[tuple[Any, ...], HandWritten] = {}

    def make(sizes: Sizes, dtype: np.dtype) -> HandWritten:
        key = (*sorted(sizes.items()), dtype)
        if key not in kept:
            kept[key] = best(networks, sizes, dtype)
        return kept[key]

    return make


def best(networks: Sequence[Network], sizes: Sizes, dtype: np.dtype) -> HandWritten:
    """Raises `CannotExamineError` where none runs."""
    found: list[tuple[int, Network, Problem]] = []
    errors: list[CannotExamineError] = []
    for network in networks:
        try:
            how_well, problem = network.fitting(sizes, dtype)
        except CannotExamineError as error:
            errors.append(error)
            continue
        found.append((how_well, network, problem))
        if how_well == RIGHT:
            break
    if not found:
        raise errors[0]
    how_well, network, problem = max(found, key=lambda one: one[0])
    if how_well != RIGHT and network.implied:
        output = Pass(network, problem, copies_of(problem.parameters)).output
        meant = usual_loss(as_rows(output, problem.sizes["N"]))
        network, problem = next((n, p) for _, n, p in found if n.implied == meant or n is found[-1][1])
    return network.made_of(problem)


def is_of_parameters(function: Function) -> bool:
    """Whether it computes a loss from data, targets and parameters: the data are no inputs of its own."""
    arrays = [n for n in function.inputs if not function.is_option(n) and not is_mask(n)]
    if not any(map(is_truth, arrays)) or not any(map(is_data, arrays)):
        return False
    return len([name for name in arrays if not is_truth(name)]) >= 2


def is_cost(function: Function) -> bool:
    called = COST_WORD.search(function.name) and not OF_DELTAS & set(words_of(function.name))
    is_other = is_of_backward(function.name) or is_of_forward(function.name)
    return bool(called) and not is_other and any(map(is_truth, function.inputs))


def maker_of(own: Mapping[str, Function]) -> Function | None:
    """The function of a module that makes its parameters."""
    return next((f for name, f in own.items() if "init" in name.lower() and len(f.required) <= 3), None)
