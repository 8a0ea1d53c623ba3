"""y[n, f] = Σ_c x[n, c] ⋆ w[f, c] + b[f], the kernel slid as it is or flipped, with a stride and a margin.

The gradients: of x the upstream gradient slid over the flipped kernel, of w the sum over all windows of x
times their g, of b the sum of g over the batch and all places (Dumoulin and Visin 2016, arXiv:1603.07285).
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Role, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Variables, Wrong, named, wrong_form
from charmlp.doctor.windows import PICTURES, spread, strides_and_pads, windows

KERNEL = Role("weight", "FCRR", ("w", "weight", "weights", "kernel", "filter", "filters", "k", "f"))
BIAS = Role("bias", "F", ("b", "bias", "biases"))

BIASES: tuple[list[tuple[Role, str]], ...] = ([], [(BIAS, "only")])  # of pictures of one channel
AFTER_ALL: tuple[list[tuple[Role, str]], ...] = ([(BIAS, "plain")], [(BIAS, "after ones")], [])
ONES = AFTER_ALL[1]


def flipped(w: Array) -> Array:
    return w[:, :, ::-1, ::-1]


def used(v: Variables, w: Array) -> Array:
    """The kernel as forward slides it."""
    return flipped(w) if v["flip"] else w


def slid(v: Variables) -> Array:
    w = used(v, v["weight"])
    y = np.einsum("nchwrs,fcrs->nfhw", windows(v["x"], w.shape[2], v["stride"], v["pad"]), w)
    return y + np.reshape(v.get("bias", 0.0), (1, -1, 1, 1))


def form(stride: int, pad: int, *, flip: bool = False) -> Form:
    text = f"a {'convolution' if flip else 'correlation'}, stride {stride}, padding {pad}"
    words = {"en": text, "zh": f"{'卷积' if flip else '互相关'}，步幅 {stride}，补零 {pad}"}
    return Form(words, slid, parameters={"stride": stride, "pad": pad, "flip": flip})


def with_own_stride(trial: Any) -> Iterator[Form]:
    """Stride and margin from the shapes."""
    v, y = trial.variables, trial.canonical_output
    for known in strides_and_pads(v["weight"].shape[2], y, v["x"]) if y.ndim == 4 else []:
        yield from (form(**known, flip=flip) for flip in (False, True))


def to_input(kernel: Callable[[Variables], Array]) -> Formula:
    """The gradient of x with another kernel."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        shares = np.einsum("nfhw,fcrs->nchwrs", g, kernel(v))
        return spread(shares, v["x"], v["stride"], v["pad"])

    return formula


def to_kernel(part: Callable[[Variables, Array], Array]) -> Formula:
    return lambda v, y, g: part(v, g)


def to_input_without_stride(v: Variables, y: Array, g: Array) -> Array:
    """The windows one pixel apart, whatever the stride."""
    shares = np.einsum("nfhw,fcrs->nchwrs", g, used(v, v["weight"]))
    return spread(shares, v["x"], 1, v["pad"])


def kernel_gradient_without_stride(v: Variables, g: Array) -> Array:
    patches = windows(v["x"], v["weight"].shape[2], 1, v["pad"])[:, :, : g.shape[2], : g.shape[3]]
    return np.einsum("nchwrs,nfhw->fcrs", patches, g)


def kernel_gradient(v: Variables, g: Array) -> Array:
    patches = windows(v["x"], v["weight"].shape[2], v["stride"], v["pad"])
    return np.einsum("nchwrs,nfhw->fcrs", patches, g)


def of_picture(v: Variables, g: Array, n: int) -> Array:
    """The share of one picture alone."""
    return kernel_gradient({**v, "x": v["x"][[n]]}, g[[n]])


WRONG_OF_INPUT = {
    "kernel-not-flipped": {
        "g slid with w as it is": lambda v: flipped(used(v, v["weight"])),
        "g slid with wᵀ": lambda v: used(v, v["weight"]).transpose(0, 1, 3, 2),
    },
    "wrong-formula": {
        "g slid with w flipped from left to right only": lambda v: used(v, v["weight"])[:, :, :, ::-1],
        "g slid with w flipped from top to bottom only": lambda v: used(v, v["weight"])[:, :, ::-1],
    },
}
WITHOUT_STRIDE = Wrong(
    "g slid over w flipped, the windows one pixel apart", to_input_without_stride, "kernel-not-flipped.stride"
)
WRONG_OF_KERNEL = {
    "kernel-not-flipped": {"the gradient, flipped": lambda v, g: flipped(used(v, kernel_gradient(v, g)))},
    "kernel-not-flipped.stride": {
        "Σ g · (the window of x), the windows one pixel apart": lambda v, g: used(
            v, kernel_gradient_without_stride(v, g)
        ),
    },
    "wrong-formula": {
        "the share of the last picture alone": lambda v, g: used(v, of_picture(v, g, -1)),
        "the share of the first picture alone": lambda v, g: used(v, of_picture(v, g, 0)),
        "the gradient, its rows and columns swapped": lambda v, g: used(v, kernel_gradient(v, g)).transpose(
            0, 1, 3, 2
        ),
    },
}
WRONG_OF_BIAS = {
    "batch-not-summed": {
        "Σ g of the first picture": lambda v, g: g[0].sum((1, 2)),
        "Σ g of the last picture": lambda v, g: g[-1].sum((1, 2)),
    },
    "batch-not-summed.axis": {"Σₙ g at one place": lambda v, g: g[:, :, 0, 0].sum(0)},
    "wrong-formula": {"Σₙ g / (H′ W′)": lambda v, g: g.mean((2, 3)).sum(0)},
}

KIND = Kind(
    aliases=(
        "conv", "convd", "convolution", "convolve", "convolutiond", "correlate", "crosscorrelation", "convim",
        "convlayer",
    ),
    arrangements=(
        arrange(PICTURES, KERNEL, BIAS, N=2, C=2),
        arrange(PICTURES, KERNEL, (BIAS, "column"), N=2, C=2),
        arrange(PICTURES, KERNEL, N=2, C=2),
        arrange((PICTURES, "image"), (KERNEL, "image"), output="image", N=1, C=1, F=1),
        arrange(KERNEL, PICTURES, N=2, C=2),
        *(arrange((PICTURES, "stack"), (KERNEL, "image"), *b, output="stack", N=2, C=1, F=1) for b in BIASES),
        arrange((PICTURES, "image"), (KERNEL, "image"), *BIASES[1], output="image", N=1, C=1, F=1),
        *(
            arrange(
                (PICTURES, "channels last"), (KERNEL, filters), *b,
                output="channels last", second=b is ONES, N=2, C=2,
            )
            for filters in ("filters last", "channels last")
            for b in AFTER_ALL
        ),
        *(
            arrange((PICTURES, "single"), KERNEL, *b, output="single", N=1, C=2)
            for b in ([BIAS], [(BIAS, "column")], [])
        ),
    ),
    forms=(form(1, 0), wrong_form("x ⋆ w, without b", lambda v: slid({**v, "bias": 0.0}))),
    more_forms=with_own_stride,
    gradients={
        "x": Gradient("g slid over w flipped", (*named(WRONG_OF_INPUT, to_input), WITHOUT_STRIDE)),
        "weight": Gradient("Σ g · (the window of x)", named(WRONG_OF_KERNEL, to_kernel)),
        "bias": Gradient("Σ g over the batch and all places", named(WRONG_OF_BIAS, to_kernel)),
    },
    page="convolution",
    has_options=True,
    factors="NF",
    try_all=True,
)  # fmt: skip
