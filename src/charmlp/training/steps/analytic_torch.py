"""The analytic step on torch, for CUDA: what `analytic.py` does, without autograd, as one graph an update.

On a GPU a small net spends its time in Python, which launches some twenty operations an update. So an update
here is a program that needs nothing from outside: inputs, targets, dropout's bytes and rates of a whole chunk
lie on the device in memory that does not move, and a number there says whose turn it is. The update looks its
batch up, moves the weights, notes what the losses follow from, and adds one to the number. `cuda.record`
records it once; from then on an update is one launch.

Several ranks (`torchrun`) have a GPU each, where there are enough. Their gradients are summed in the
processor's memory, between two graphs: one computes them, the other moves the weights.

No tensor here requires a gradient, so that torch notes nothing for autograd. Products have the precision that
torch has by default (float32, not TF32). On the processor the same update runs call by call; tests hold it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from charmlp.calculus import ACTIVATIONS
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.nn import activations
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.shares import share
from charmlp.training.steps import cuda
from charmlp.training.steps.analytic import scaled_targets
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.optimizers import rates
from charmlp.training.steps.optimizers_torch import FlatOptimizer
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import by_name
from charmlp.training.steps.torchstep import TorchStep

Record = Callable[[Callable[[], None], Callable[[], None]], Callable[[], None]]


class Saved:
    """What an activation of `charmlp.nn` saves for its backward, here where autograd does not call it."""

    def __init__(self) -> None:
        self.saved_tensors: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor) -> None:
        self.saved_tensors = tensors


class AnalyticTorchStep(TorchStep):
    """The chain rule, layer by layer, on flat tensors of parameters and gradients.

    `record` takes the update and a function that restores what it changes, and returns what is called in the
    update's place: on CUDA a graph's launch; on the processor, where none is given, the update itself.
    """

    def __init__(
        self,
        config: TrainingConfig,
        start: Parameters,
        class_weights: Array | None = None,
        ranks: Ranks = ALONE,
        record: Record | None = None,
    ) -> None:
        super().__init__(config, start, class_weights, ranks)
        self.dtype, self.device = start.flat.dtype, cuda.own_device(config.device, ranks.place_here)
        self.activation = activations.ACTIVATIONS[config.act_type].operation  # as autograd computes it
        self.constants = tuple(ACTIVATIONS[config.act_type].constants.values())
        with cuda.memory_told_of(config.device):
            self.flat = torch.tensor(start.flat, device=self.device)
            self.gradients = torch.zeros_like(self.flat)
            self.average = self.flat.clone() if config.ema_decay else None
            self.optimizer = FlatOptimizer(config, start.flat, self.device)
        self.weights, self.biases = views(self.flat, self.sizes)
        self.weight_gradients, self.bias_gradients = views(self.gradients, self.sizes)
        self.turn = torch.zeros(1, dtype=torch.int64, device=self.device)  # which batch of the chunk is next
        self.buffers: Buffers | None = None
        self.launch: Callable[[], None] = self.update
        on_cuda = partial(cuda.record, device=self.device) if self.device.type == "cuda" else None
        self.record: Record | None = record or on_cuda

    def advance(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> Array:
        if labels.ndim == 2:
            raise NotImplementedError("labels each for itself are learned on the processor")
        count = len(learning_rates)
        if not count:
            return np.empty(0)
        with cuda.memory_told_of(self.config.device):
            new = self.make_buffers(count)
            self.fill(inputs, labels, learning_rates, masks, weights)
            if new:
                self.launch = self.recorded()
            for _ in range(count):
                self.launch()
            self.updates += count
            return self.losses(count)

    def make_buffers(self, batches: int) -> bool:
        """Have memory for a chunk of so many batches; whether it is new: what was recorded is void then."""
        if self.buffers is not None:
            if batches <= self.buffers.batches:
                return False
            self.buffers, self.launch = None, self.update  # their memory is free before more is asked for
        rows = -(-self.config.batch_size // self.ranks.count)  # of a batch, at most
        self.buffers = Buffers(batches, rows, self.sizes, self.dropout, self.flat)
        return True

    def fill(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> None:
        """Bring to the device what a chunk's updates need.

        Where a batch has fewer images, rows of zeros follow. Their targets t are 0, and so is their
        ∂L/∂z = q Σⱼtⱼ − t: they move nothing, and one program serves batches of all sizes.
        """
        assert self.buffers is not None
        table = rates(self.config, learning_rates, self.updates)
        table[:, 3] = 1 - table[:, 3]
        own = share(self.ranks, len(labels), self.config.batch_size)
        targets, _ = scaled_targets(
            self.config, labels, self.sizes[-1], self.class_weights, self.dtype, weights, own
        )
        self.buffers.inputs.fill(inputs, own.bounds)
        self.buffers.targets.fill(targets, own.bounds)
        self.buffers.drawn.fill(self.draw(masks, len(labels), own), own.bounds)
        self.buffers.rates.fill(table, range(len(table) + 1))
        self.turn.zero_()

    def recorded(self) -> Callable[[], None]:
        """What is called for an update. Recording may run it; afterwards the state is as before."""
        if self.record is None:
            return self.update
        if self.ranks.count == 1:
            return self.recording(self.update)
        find, move = self.recording(self.find_gradients), self.recording(self.move)

        def update() -> None:
            find()
            self.add_up()
            move()

        return update

    def recording(self, work: Callable[[], None]) -> Callable[[], None]:
        """What is called for a part of an update."""
        assert self.record is not None
        moved = [self.turn, *itertools.chain(*self.memory().values())]
        before = [tensor.clone() for tensor in moved]

        def undo() -> None:
            for tensor, value in zip(moved, before, strict=True):
                tensor.copy_(value)

        return self.record(work, undo)

    def update(self) -> None:
        """One update, from memory on the device to memory on the device."""
        self.find_gradients()
        self.add_up()
        self.move()

    def find_gradients(self) -> None:
        """Fill the gradients for the batch whose turn it is; no number goes out or comes in."""
        buffers = self.buffers
        assert buffers is not None
        for table in (buffers.inputs, buffers.targets, buffers.drawn, buffers.rates):
            table.choose(self.turn)
        self.forward(buffers)
        self.output_gradient(buffers)
        self.backward(buffers)

    def add_up(self) -> None:
        """Replace the gradients by the ranks' sums."""
        if self.ranks.count > 1:
            gradients = self.gradients.cpu()
            self.ranks.add(gradients.numpy())
            self.gradients.copy_(gradients)

    def forward(self, buffers: Buffers) -> None:
        """Fill `buffers.seen`, what each layer sees, and `buffers.sums`, whose last are the logits."""
        x, last = buffers.inputs.now, len(buffers.sums) - 1
        for layer, (weight, bias, z) in enumerate(zip(self.weights, self.biases, buffers.sums, strict=True)):
            if (dropped := self.dropout.dropped[layer]) > 0:
                column, kept = self.dropout.columns[layer], buffers.kept[layer]
                torch.ge(buffers.drawn.now[:, column : column + x.shape[1]], dropped, out=kept)
                x = torch.mul(x, kept).mul_(256 / (256 - dropped))
            buffers.seen[layer] = x
            x = torch.addmm(bias, x, weight.T, out=z)
            if layer < last or last == 0:  # a net of one layer has its activation after it
                inputs = (z, *self.constants)
                x = self.activation.forward(*inputs)
                self.activation.setup_context(buffers.saved[layer], inputs, x)
        buffers.logits = x

    def output_gradient(self, buffers: Buffers) -> None:
        """∂L/∂z = q Σⱼtⱼ − t with q = softmax(z); log q is noted, from which a chunk's losses follow."""
        targets, gradient = buffers.targets.now, buffers.gradient
        torch.log_softmax(buffers.logits, 1, out=buffers.log_q)
        buffers.all_log_q.index_copy_(0, self.turn, buffers.log_q[None])
        torch.exp(buffers.log_q, out=gradient).mul_(targets.sum(1, keepdim=True)).sub_(targets)

    def backward(self, buffers: Buffers) -> None:
        """Fill the gradients from ∂L/∂z, the last layer first."""
        gradient, last = buffers.gradient, len(buffers.sums) - 1
        for layer in range(last, -1, -1):
            if layer < last or last == 0:
                gradient = self.activation.input_gradient(buffers.saved[layer], gradient)
            torch.mm(gradient.T, buffers.seen[layer], out=self.weight_gradients[layer])
            torch.sum(gradient, 0, out=self.bias_gradients[layer])
            if layer > 0:
                gradient = torch.mm(gradient, self.weights[layer])
                if (dropped := self.dropout.dropped[layer]) > 0:
                    gradient.mul_(buffers.kept[layer]).mul_(256 / (256 - dropped))

    def move(self) -> None:
        """Clip, let the optimizer move the weights, and let the average follow; then it is the next turn."""
        assert self.buffers is not None
        lr, scale, keep, following = self.buffers.rates.now[0]
        if self.config.clip_norm:
            norm = torch.linalg.vector_norm(self.gradients)
            self.gradients.mul_((self.config.clip_norm / (norm + 1e-6)).clamp_(max=1))
        self.optimizer.move(self.flat, self.gradients, lr, scale, keep)
        if self.average is not None:
            self.average.lerp_(self.flat, following)
        self.turn += 1

    def losses(self, count: int) -> Array:
        """L = −Σₙₖ tₙₖ log qₙₖ of the chunk's batches: one process waits for the device here alone."""
        assert self.buffers is not None
        products = self.buffers.targets.all[:count] * self.buffers.all_log_q[:count]
        losses: Array = products.sum((1, 2), dtype=torch.float64).neg_().cpu().numpy()
        self.ranks.add(losses)
        return losses

    def memory(self) -> dict[str, list[Tensor]]:
        tensors = by_name(self.flat, self.average, self.optimizer.own)
        return {name: [tensor] for name, tensor in tensors.items()}


def views(flat: Tensor, sizes: Sequence[int]) -> tuple[list[Tensor], list[Tensor]]:
    """Weights and biases of each layer in a flat buffer that is laid out as in `Parameters`."""
    shapes = [(out, into) for into, out in itertools.pairwise(sizes)]
    parts = flat.split([length for out, into in shapes for length in (out * into, out)])
    return [part.view(shape) for part, shape in zip(parts[::2], shapes, strict=True)], list(parts[1::2])


class Table:
    """On the device: `all`, an entry for each batch of a chunk; `now`, the one whose turn it is."""

    def __init__(self, all_entries: Tensor) -> None:
        self.all = all_entries
        self.now = all_entries[0].clone()

    def fill(self, rows: Array, bounds: Sequence[int]) -> None:
        """Put the rows of each entry, which begin and end at `bounds`; what is left over becomes zero."""
        places, size = self.all.flatten(0, -2), self.all.shape[1]
        if all(start == entry * size for entry, start in enumerate(bounds[:-1])):  # one process: in one piece
            places[: len(rows)].copy_(torch.from_numpy(rows))
            places[len(rows) :].zero_()
            return
        entries = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
        within = np.arange(len(rows)) - np.asarray(bounds)[entries]
        self.all.zero_()
        numbers = torch.from_numpy(entries * size + within).to(self.all.device)
        places.index_copy_(0, numbers, torch.from_numpy(rows).to(self.all))

    def choose(self, turn: Tensor) -> None:
        if self.all.numel():  # without dropout no bytes are drawn
            torch.index_select(self.all, 0, turn, out=self.now[None])


class Buffers:
    """Memory that does not move: tables for a chunk, and what the update fills for one batch.

    kept      which inputs of each layer are not dropped; empty where all are kept
    seen      each layer's inputs after dropout
    sums      x Wᵀ + b of each layer
    saved     what each layer's activation saves
    gradient  ∂L/∂logits
    """

    def __init__(
        self, batches: int, batch: int, sizes: Sequence[int], dropout: Dropout, like: Tensor
    ) -> None:
        self.batches = batches
        zeros = like.new_zeros
        self.inputs = Table(zeros(batches, batch, sizes[0]))
        self.targets = Table(zeros(batches, batch, sizes[-1]))
        self.drawn = Table(zeros(batches, batch, dropout.width, dtype=torch.uint8))
        self.rates = Table(zeros(batches, 1, 4))
        self.all_log_q = zeros(batches, batch, sizes[-1])
        self.log_q = zeros(batch, sizes[-1])
        self.sums = [zeros(batch, size) for size in sizes[1:]]
        self.logits = self.sums[-1]
        self.saved = [Saved() for _ in sizes[1:]]
        self.gradient = zeros(batch, sizes[-1])
        self.kept = [
            zeros(batch, size if dropped else 0, dtype=torch.bool)
            for size, dropped in zip(sizes[:-1], dropout.dropped, strict=True)
        ]
        self.seen = [self.inputs.now for _ in sizes[1:]]
