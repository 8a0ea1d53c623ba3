"""What the inputs of an autograd.Function are taken for: each right, and with one mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

FUNCTION = """
import torch

class Op(torch.autograd.Function):
    @staticmethod
    def forward(ctx, {inputs}):
        {forward}

    @staticmethod
    def backward(ctx, {upstream}):
        {backward}
"""
PRODUCT = FUNCTION.format(
    inputs="a, b, gain=0.4", upstream="g",
    forward="ctx.save_for_backward(a, b)\n        ctx.gain = gain\n        return gain * a * b",
    backward="a, b = ctx.saved_tensors\n        ga = gb = None\n"
    "        if ctx.needs_input_grad[0]:\n            ga = g * ctx.gain * b\n"
    "        if ctx.needs_input_grad[1]:\n            gb = g * ctx.gain * a\n"
    "        return ga, gb, None",
)  # fmt: skip
SQUARES = FUNCTION.format(
    inputs="pred, target", upstream="g",
    forward="ctx.save_for_backward(pred, target)\n        return ((pred - target) ** 2).mean()",
    backward="pred, target = ctx.saved_tensors\n        d = 2 * g * (pred - target) / pred.numel()\n"
    "        to_target = -d if ctx.needs_input_grad[1] else None\n"
    "        return d, to_target",
)  # fmt: skip
RECONSTRUCTION = FUNCTION.format(
    inputs="recon, x, mu, logvar", upstream="g",
    forward="ctx.save_for_backward(recon, x, mu, logvar)\n"
    "        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()\n"
    "        return ((recon - x) ** 2).sum() + kl",
    backward="recon, x, mu, logvar = ctx.saved_tensors\n"
    "        return 2 * g * (recon - x), None, g * mu, 0.5 * g * (logvar.exp() - 1)",
)  # fmt: skip
CENTRES = (
    FUNCTION.format(
        inputs="feature, label, centers, batch_size", upstream="g",
        forward="ctx.save_for_backward(feature, label, centers)\n        ctx.batch_size = batch_size\n"
        "        return (feature - centers[label.long()]).pow(2).sum() / 2 / batch_size",
        backward="feature, label, centers = ctx.saved_tensors\n"
        "        d = g * (feature - centers[label.long()]) / ctx.batch_size\n"
        "        to_centers = torch.zeros_like(centers).index_add_(0, label.long(), -d)\n"
        "        return d, None, to_centers, None",
    )
    + """
class CenterLoss(torch.nn.Module):
    def __init__(self, num_classes, feat_dim):
        super().__init__()
        self.centers = torch.nn.Parameter(torch.randn(num_classes, feat_dim))

    def forward(self, label, feat):
        return Op.apply(feat, label, self.centers, feat.size(0))
"""
)  # fmt: skip
POLAR = FUNCTION.format(
    inputs="x, y", upstream="gr, gphi",
    forward="r = torch.sqrt(x * x + y * y)\n        ctx.save_for_backward(x, y, r)\n"
    "        return r, torch.atan2(y, x)",
    backward="x, y, r = ctx.saved_tensors\n"
    "        return gr * x / r - gphi * y / r**2, gr * y / r + gphi * x / r**2",
)  # fmt: skip
SMOOTHED = FUNCTION.format(
    inputs="logits, label, smooth, ignore", upstream="g",
    forward="logp, n, k = logits.log_softmax(1), *logits.shape\n"
    "        q = torch.full_like(logits, smooth / k).scatter_(1, label[:, None], 1 - smooth + smooth / k)\n"
    "        keep = (label != ignore)[:, None]\n        count = keep.sum().clamp(min=1)\n"
    "        ctx.save_for_backward(logp, q * keep, keep, count)\n"
    "        return -(q * keep * logp).sum() / count",
    backward="logp, q, keep, count = ctx.saved_tensors\n"
    "        return g * (logp.exp() * keep - q) / count, None, None, None",
)  # fmt: skip
# source, what is exchanged, and of which names one is found then
INPUTS: dict[str, tuple[str, str, str, set[str]]] = {
    "a factor that only looks like a mask": (
        PRODUCT, "gb = g * ctx.gain * a", "gb = g * a", {"scale-forgotten", "constant-factor"},
    ),
    "a target that is asked for": (SQUARES, "to_target = -d", "to_target = d", {"sign-flipped"}),
    "data beside its reconstruction": (RECONSTRUCTION, "0.5 * g * (", "g * (", {"factor-two"}),
    "labels that come first": (CENTRES, "/ ctx.batch_size", "", {"scale-forgotten", "missing-mean"}),
    "a y that is no label": (POLAR, "gr * x / r - gphi", "gr * x / r + gphi", {"sign-flipped"}),
    "a class that is left out": (SMOOTHED, "/ count, None", ", None", {"missing-mean", "scale-forgotten"}),
}  # fmt: skip


@pytest.mark.parametrize("name", one_in(2, INPUTS))
def test_inputs(name: str, tmp_path: Path) -> None:
    source, right, wrong, expected = INPUTS[name]
    before, found, after = source.rpartition(right)  # in backward, which comes last
    assert found
    assert all(examined(tmp_path, source))
    mistakes = [{m.name for m in one.mistakes} for one in examined(tmp_path, before + wrong + after)]
    assert all(names & expected for names in mistakes)


PREDICTIONS = RECONSTRUCTION.replace("recon", "mean")


def test_an_input_that_is_no_data_needs_its_gradient(tmp_path: Path) -> None:
    """Where no name says that the other is a prediction."""
    names = {m.name for found in examined(tmp_path, PREDICTIONS) for m in found.mistakes}
    assert names == {"missing-gradient"}


QUANTISED = FUNCTION.format(
    inputs="x, bits", upstream="g",
    forward="ctx.save_for_backward(x)\n        n = 2**bits - 1\n"
    "        return torch.round(x.clamp(0, 1) * n) / n",
    backward="(x,) = ctx.saved_tensors\n        g = g.clone()\n"
    "        g[x < 0] = 0\n        g[x > 1] = 0\n        return g, None",
)  # fmt: skip
SIGN = FUNCTION.format(
    inputs="x", upstream="g", forward="ctx.save_for_backward(x)\n        return x.sign()",
    backward="(x,) = ctx.saved_tensors\n        g = g.clone()\n"
    "        g[x >= 1] = 0\n        g[x <= -1] = 0\n        return g",
)  # fmt: skip
STEPS: dict[str, tuple[str, str, str, str]] = {
    "only outside the steps": (QUANTISED, "g[x < 0]", "g[x > 0]", "relu-mask"),
    "nothing passes": (SIGN, "g[x <= -1]", "g[x <= 1]", "missing-gradient"),
    "nothing is meant to pass": (SIGN, "return g", "return torch.zeros_like(g)", ""),
}


@pytest.mark.parametrize("name", STEPS)
def test_what_passes_straight_through(name: str, tmp_path: Path) -> None:
    source, right, wrong, expected = STEPS[name]
    for text, mistake in ((source, ""), (source.replace(right, wrong), expected)):
        names = {m.name for found in examined(tmp_path, text) for m in found.mistakes}
        assert names == ({mistake} if mistake else set())
