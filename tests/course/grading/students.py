# ruff: noqa: E501 (code as people write it, a line each)
"""How students write each TODO: in several right ways, and with the mistakes that people make.

A mistake stands with the names that the doctor may give it. None of these lists is the examiner's own: the
mistakes are those that are made on paper, written in the code of a second year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LINEAR, LOSS = "network.py: LinearFunction", "losses.py: CrossEntropyLoss"
RELU, SIGMOID, TANH = (f"activations.py: {name}" for name in ("ReLU", "Sigmoid", "Tanh"))
MLP, STEP, PREDICT = "network.py: MLP", "recognition.py: training_step", "recognition.py: predict"


@dataclass(frozen=True)
class Way:
    """One way to do a task: what is written in place of each of its TODOs.

    names  what the mistake may be called; none: it is right
    """

    code: Mapping[str, str]
    names: tuple[str, ...] = ()


def ways(place: str, *codes: str) -> list[Way]:
    return [Way({place: code}) for code in codes]


def wrong(place: str, code: str, *names: str) -> Way:
    return Way({place: code}, names)


def both(place: str, forward: str, backward: str, *names: str) -> Way:
    return Way({f"{place}.forward": forward, f"{place}.backward": backward}, names)


RIGHT: Mapping[str, Sequence[Way]] = {
    "linear-forward": ways(
        f"{LINEAR}.forward",
        "return x @ W.T + b",
        "return torch.mm(x, W.t()) + b",
        "# 输出 = 输入 × 权重的转置 + 偏置\nout = torch.matmul(x, W.transpose(0, 1))\nout = out + b\nreturn out",
        'return torch.einsum("nd,kd->nk", x, W) + b',
        "N = x.shape[0]\nz = torch.zeros(N, W.shape[0], dtype=x.dtype)\nfor n in range(N):\n"
        "    z[n] = (W * x[n]).sum(1) + b\nreturn z",
    ),
    "linear-backward": ways(
        f"{LINEAR}.backward",
        "return g @ W, g.T @ x, g.sum(0)",
        "dx = torch.mm(g, W)\ndW = torch.mm(g.t(), x)\ndb = torch.sum(g, dim=0)\nreturn dx, dW, db",
        "# 链式法则\ngrad_x = g.matmul(W)\ngrad_W = g.transpose(0, 1).matmul(x)\n"
        "grad_b = torch.ones(len(g), dtype=g.dtype) @ g\nreturn grad_x, grad_W, grad_b",
        'return torch.einsum("nk,kd->nd", g, W), torch.einsum("nk,nd->kd", g, x), torch.einsum("nk->k", g)',
        "dW = torch.zeros_like(W)\ndb = torch.zeros_like(W[:, 0])\nfor n in range(len(x)):\n"
        "    dW += torch.outer(g[n], x[n])\n    db += g[n]\nreturn g @ W, dW, db",
    ),
    "relu": [
        both(RELU, "return z.clamp(min=0)", "return g * (z > 0)"),
        both(RELU, "return torch.maximum(z, torch.zeros_like(z))", "return torch.where(z > 0, g, torch.zeros_like(g))"),
        both(RELU, "h = z.clone()\nh[z < 0] = 0\nreturn h", "dz = g.clone()\ndz[z <= 0] = 0\nreturn dz"),
        both(RELU, "return z * (z > 0)", "mask = (z > 0).to(g.dtype)\nreturn mask * g"),
    ],
    "sigmoid": [
        both(SIGMOID, "h = torch.sigmoid(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn g * h * (1 - h)"),
        both(SIGMOID, "out = 1 / (1 + torch.exp(-z))\nctx.save_for_backward(out)\nreturn out",
             "out, = ctx.saved_tensors\ngrad_input = g * out * (1 - out)\nreturn grad_input"),
        both(SIGMOID, "y = torch.sigmoid(z)\nctx.save_for_backward(y)\nreturn y",
             "y = ctx.saved_tensors[0]\nreturn (y - y ** 2) * g"),
        both(SIGMOID, "ctx.save_for_backward(z)\nreturn torch.sigmoid(z)",
             "z, = ctx.saved_tensors\ns = torch.sigmoid(z)\nreturn g * s * (1 - s)"),
    ],
    "tanh": [
        both(TANH, "h = torch.tanh(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn g * (1 - h * h)"),
        both(TANH, "y = z.tanh()\nctx.save_for_backward(y)\nreturn y",
             "y = ctx.saved_tensors[0]\nreturn g * (1 - y ** 2)"),
        both(TANH, "h = 2 * torch.sigmoid(2 * z) - 1\nctx.save_for_backward(h)\nreturn h",
             "h, = ctx.saved_tensors\nreturn (1 - h) * (1 + h) * g"),
    ],
    "cross-entropy-forward": ways(
        f"{LOSS}.forward",
        "log_q = torch.log_softmax(logits, dim=1)\nctx.save_for_backward(log_q.exp(), labels)\n"
        "return -log_q[torch.arange(len(labels)), labels].mean()",
        "shifted = logits - logits.max(dim=1, keepdim=True).values\n"
        "log_q = shifted - shifted.exp().sum(1, keepdim=True).log()\n"
        "ctx.save_for_backward(log_q.exp(), labels)\nreturn -log_q[range(len(labels)), labels].sum() / len(labels)",
        "m = logits.max(1, keepdim=True)[0]\nlse = m + torch.log(torch.exp(logits - m).sum(1, keepdim=True))\n"
        "ctx.save_for_backward(torch.exp(logits - lse), labels)\n"
        "return (lse[:, 0] - logits.gather(1, labels[:, None])[:, 0]).mean()",
    ),
    "cross-entropy-backward": ways(
        f"{LOSS}.backward",
        "grad = q.clone()\ngrad[torch.arange(len(labels)), labels] -= 1\nreturn g * grad / len(labels), None",
        "N, K = q.shape\nonehot = torch.zeros_like(q)\nonehot[range(N), labels] = 1.0\n"
        "return g * (q - onehot) / N, None",
        "y = torch.nn.functional.one_hot(labels, q.shape[1]).to(q.dtype)\ndz = (q - y) / q.shape[0]\n"
        "return dz * g, None",
    ),
    "mlp": ways(
        MLP,
        "sizes = [input_size, *hidden_size[: n_layers - 1], output_size]\nlayers = []\n"
        "for i in range(n_layers):\n    layers += [Linear(sizes[i], sizes[i + 1]), Activation(act_type)]\n"
        "if n_layers > 1:\n    layers.pop()\nself.net = nn.Sequential(*layers)",
        "layers = []\nif n_layers == 1:\n    layers.append(Linear(input_size, output_size))\n"
        "    layers.append(Activation(act_type))\nelse:\n    layers.append(Linear(input_size, hidden_size[0]))\n"
        "    layers.append(Activation(act_type))\n    for i in range(1, n_layers - 1):\n"
        "        layers.append(Linear(hidden_size[i - 1], hidden_size[i]))\n"
        "        layers.append(Activation(act_type))\n"
        "    layers.append(Linear(hidden_size[-1], output_size))\nself.net = nn.Sequential(*layers)",
    ),
    "training-step": ways(
        STEP,
        "optimizer.zero_grad()\nloss = CrossEntropyLoss.apply(model(images), labels)\nloss.backward()\n"
        "optimizer.step()\nreturn loss.item()",
        "# 前向\nlogits = model(images)\nloss = CrossEntropyLoss.apply(logits, labels)\n# 反向\n"
        "optimizer.zero_grad()\nloss.backward()\noptimizer.step()\nreturn float(loss)",
    ),
    "prediction": ways(
        PREDICT,
        "with torch.no_grad():\n    return model(images).argmax(dim=1)",
        "with torch.no_grad():\n    out = model(images)\n    _, pred = torch.max(out, 1)\nreturn pred",
        "with torch.no_grad():\n    return torch.softmax(model(images), dim=1).argmax(1)",
    ),
}  # fmt: skip

SAVED_Q = "ctx.save_for_backward(q, labels)\n"
WRONG: Mapping[str, Sequence[Way]] = {
    "linear-forward": [
        wrong(f"{LINEAR}.forward", "return x @ W.T - b", "forward-wrong"),
        wrong(f"{LINEAR}.forward", "return x @ W.T", "forward-wrong"),
        wrong(f"{LINEAR}.forward", "return (x @ W.T + b) / len(x)", "forward-wrong"),
        wrong(f"{LINEAR}.forward", "return x @ W.T + 2 * b", "forward-wrong"),
    ],
    "linear-backward": [
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x, g.mean(0)", "bias-averaged", "extra-mean"),
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x, g", "batch-not-summed"),
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x, g.sum(0, keepdim=True)", "batch-not-summed"),
        wrong(f"{LINEAR}.backward", "return g @ W, x.T @ g, g.sum(0)", "weight-transposed"),
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x / len(x), g.sum(0)", "extra-mean"),
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x, -g.sum(0)", "sign-flipped"),
        wrong(f"{LINEAR}.backward", "return g.T @ x, g @ W, g.sum(0)", "wrong-order"),
        wrong(f"{LINEAR}.backward", "return g @ W, g.T @ x", "missing-gradient"),
        wrong(f"{LINEAR}.backward", "one = torch.ones_like(g)\nreturn one @ W, one.T @ x, one.sum(0)", "cotangent-ignored"),
        wrong(f"{LINEAR}.backward", "return g @ W.T, g.T @ x, g.sum(0)", "wrong-transpose-for-input", "backward-raises"),
    ],
    "relu": [
        both(RELU, "return z.clamp(min=0)", "return g", "relu-mask"),
        both(RELU, "return z.clamp(min=0)", "return g * (z < 0)", "relu-mask"),
        both(RELU, "return z.clamp(min=0)", "return g * (g > 0)", "wrong-mask", "cotangent-distorted"),
        both(RELU, "return z.clamp(min=0)", "g[z < 0] = 0\nreturn g", "edited-in-place"),
        both(RELU, "return z.clamp(min=0)", "return (z > 0).to(z.dtype)", "cotangent-ignored"),
        both(RELU, "z[z < 0] = 0\nreturn z", "return g * (z > 0)", "edited-in-place", "engine-refuses"),
    ],
    "sigmoid": [
        both(SIGMOID, "ctx.save_for_backward(z)\nreturn torch.sigmoid(z)",
             "(z,) = ctx.saved_tensors\nreturn g * z * (1 - z)", "wrong-variable"),
        both(SIGMOID, "h = torch.sigmoid(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn h * (1 - h)", "cotangent-ignored"),
        both(SIGMOID, "h = torch.exp(z) / (1 + torch.exp(z))\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn g * h * (1 - h)", "unstable"),
        both(SIGMOID, "h = torch.sigmoid(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn -g * h * (1 - h)", "sign-flipped"),
        both(SIGMOID, "h = torch.sigmoid(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\ns = torch.sigmoid(h)\nreturn g * s * (1 - s)", "wrong-variable"),
    ],
    "tanh": [
        both(TANH, "ctx.save_for_backward(z)\nreturn torch.tanh(z)",
             "(z,) = ctx.saved_tensors\nreturn g * (1 - z ** 2)", "wrong-variable"),
        both(TANH, "h = torch.tanh(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn 1 - h * h", "cotangent-ignored"),
        both(TANH, "e, f = torch.exp(z), torch.exp(-z)\nh = (e - f) / (e + f)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn g * (1 - h * h)", "unstable"),
        both(TANH, "h = torch.tanh(z)\nctx.save_for_backward(h)\nreturn h",
             "(h,) = ctx.saved_tensors\nreturn g * (1 - h)", "wrong-variable", "wrong-formula", "unrecognised"),
    ],
    "cross-entropy-forward": [
        wrong(f"{LOSS}.forward", "q = torch.softmax(logits, 1)\n" + SAVED_Q
              + "return -torch.log_softmax(logits, 1)[range(len(labels)), labels].sum()", "forward-wrong"),
        wrong(f"{LOSS}.forward", "q = torch.softmax(logits, 1)\n" + SAVED_Q
              + "return -torch.log(q[range(len(labels)), labels] + 1e-9).mean()", "unstable"),
        wrong(f"{LOSS}.forward", "e = torch.exp(logits)\nq = e / e.sum(1, keepdim=True)\n" + SAVED_Q
              + "return -torch.log(q[range(len(labels)), labels]).mean()", "unstable"),
        wrong(f"{LOSS}.forward", "q = torch.softmax(logits, 1)\n" + SAVED_Q
              + "return torch.log_softmax(logits, 1)[range(len(labels)), labels].mean()", "forward-wrong"),
    ],
    "cross-entropy-backward": [
        wrong(f"{LOSS}.backward", "grad = q.clone()\ngrad[range(len(labels)), labels] -= 1\nreturn g * grad, None",
              "missing-mean"),
        wrong(f"{LOSS}.backward", "grad = q.clone()\ngrad[range(len(labels)), labels] -= 1\n"
              "return grad / len(labels), None", "cotangent-ignored"),
        wrong(f"{LOSS}.backward", "y = torch.zeros_like(q)\ny[range(len(labels)), labels] = 1\n"
              "return g * (y - q) / len(labels), None", "sign-flipped"),
        wrong(f"{LOSS}.backward", "return g * q / len(labels), None", "target-forgotten"),
        wrong(f"{LOSS}.backward", "grad = q.clone()\ngrad[range(len(labels)), labels] -= 1\n"
              "return g * grad / q.numel(), None", "wrong-divisor"),
        wrong(f"{LOSS}.backward", "grad = q.clone()\ngrad[range(len(labels)), labels] -= 1\n"
              "return g * grad / len(labels)", "missing-gradient"),
        wrong(f"{LOSS}.backward", "q[range(len(labels)), labels] -= 1\nreturn g * q / len(labels), None", "saved-edited"),
    ],
    "mlp": [
        wrong(MLP, "sizes = [input_size, *hidden_size[: n_layers - 1], output_size]\nlayers = []\n"
              "for i in range(n_layers):\n    layers += [Linear(sizes[i], sizes[i + 1]), Activation(act_type)]\n"
              "self.net = nn.Sequential(*layers)"),
        wrong(MLP, "sizes = [input_size, *hidden_size[: n_layers - 1], output_size]\n"
              "layers = [Linear(sizes[i], sizes[i + 1]) for i in range(n_layers)]\n"
              "if n_layers == 1:\n    layers.append(Activation(act_type))\nself.net = nn.Sequential(*layers)"),
        wrong(MLP, "self.net = nn.Sequential(Linear(input_size, hidden_size[0]), Activation(act_type),\n"
              "                         Linear(hidden_size[0], output_size))"),
    ],
    "training-step": [
        wrong(STEP, "loss = CrossEntropyLoss.apply(model(images), labels)\nloss.backward()\noptimizer.step()\n"
              "return loss.item()"),
        wrong(STEP, "optimizer.zero_grad()\nloss = CrossEntropyLoss.apply(model(images), labels)\nloss.backward()\n"
              "return loss.item()"),
        wrong(STEP, "loss = CrossEntropyLoss.apply(model(images), labels)\nloss.backward()\n"
              "optimizer.zero_grad()\noptimizer.step()\nreturn loss.item()"),
    ],
    "prediction": [
        wrong(PREDICT, "with torch.no_grad():\n    return model(images).argmax(dim=0)"),
        wrong(PREDICT, "with torch.no_grad():\n    return model(images).max(dim=1).values"),
        wrong(PREDICT, "with torch.no_grad():\n    return model(images).argmin(dim=1)"),
    ],
}  # fmt: skip

FIT_TOGETHER = (  # a forward that is wrong, and the derivative of just that
    (WRONG["linear-forward"][0], WRONG["linear-backward"][5]),
    (WRONG["cross-entropy-forward"][0], WRONG["cross-entropy-backward"][0]),
    (WRONG["cross-entropy-forward"][3], WRONG["cross-entropy-backward"][2]),
)
