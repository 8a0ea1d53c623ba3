"""Recipes: every setting of a training run, its flag, its default and what is allowed.

A `TrainingConfig` is checked when it is made, so that a wrong value costs nothing but one line. The
command line reads its flags from the fields below; `config.toml` in a run folder holds their values.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from charmlp.errors import UsageError

ACTIVATIONS = ("none", "sigmoid", "tanh", "relu")
OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adadelta", "adamw")
PREPROCESSINGS = ("scale", "standardize")
STEPS = ("auto", "autograd", "analytic", "compiled")
MONITORS = ("accuracy", "macro_f1", "loss")

MAX_LAYERS = 100
MAX_NORM_SIZE = 4096
DEFAULT_HIDDEN_SIZE = (32,)


def parse_sizes(text: str) -> tuple[int, ...]:
    """`32,64`, `32 64` or `32x64` as integers; the empty text is no size at all."""
    return tuple(int(part) for part in text.lower().replace("x", " ").replace(",", " ").split())


def parse_norm_size(text: str) -> tuple[int, int]:
    """Height and width: `32,24`, `32 24` or `32x24`; one number means a square."""
    sizes = parse_sizes(text)
    if len(sizes) not in (1, 2):
        raise ValueError
    return sizes[0], sizes[-1]


def parse_switch(text: str) -> bool:
    """`on` or `off`."""
    return {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}[text.lower()]


def setting(
    default: Any,
    flag: str,
    help: str,
    *,
    parse: Callable[[str], Any] = str,
    choices: tuple[str, ...] | None = None,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    expects: str = "",
) -> Any:
    """A dataclass field that knows its flag, how its text is read and which values are allowed."""
    return dataclasses.field(
        default=default,
        metadata={
            "flag": flag,
            "help": help,
            "parse": parse,
            "choices": choices,
            "above": above,
            "at_least": at_least,
            "below": below,
            "at_most": at_most,
            "expects": expects,
        },
    )


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of one training run; the defaults are the course's (recipe `slides`)."""

    recipe: str = "slides"
    hidden_size: tuple[int, ...] = setting(
        DEFAULT_HIDDEN_SIZE, "--hsize", "hidden sizes, comma separated", parse=parse_sizes,
        at_least=1, expects="whole numbers separated by commas, such as 64 or 512,256",
    )  # fmt: skip
    act_type: str = setting("relu", "--act", "activation between layers", choices=ACTIVATIONS)
    norm_size: tuple[int, int] = setting(
        (32, 32), "--norm_size", "height,width to which each image is resized", parse=parse_norm_size,
        at_least=1, at_most=MAX_NORM_SIZE, expects="height,width such as 32,32",
    )  # fmt: skip
    preprocessing: str = setting(
        "scale", "--preprocessing", "scale: pixels to [-1, 1]; standardize: each image to mean 0, deviation 1",
        choices=PREPROCESSINGS,
    )  # fmt: skip
    epochs: int = setting(50, "--epoch", "epochs", parse=int, at_least=1)
    batch_size: int = setting(8, "--batchsize", "images per update", parse=int, at_least=1)
    val_interval: int = setting(10, "--valInterval", "epochs between validations", parse=int, at_least=1)
    optimizer: str = setting("sgd", "--optim_type", "optimizer, as torch defines it", choices=OPTIMIZERS)
    lr: float = setting(5e-4, "--lr", "learning rate", parse=float, above=0)
    momentum: float = setting(0.9, "--momentum", "momentum (sgd only)", parse=float, at_least=0, below=1)
    weight_decay: float = setting(
        0.0, "--weight_decay", "L2 penalty (decoupled for adamw)", parse=float, at_least=0
    )
    schedule: str = setting(
        "constant", "--schedule", "learning rate over the run", choices=("constant", "cosine")
    )
    warmup: float = setting(
        0.0, "--warmup", "share of the run in which the learning rate rises from 0", parse=float, at_least=0, below=1
    )  # fmt: skip
    label_smoothing: float = setting(
        0.0, "--label_smoothing", "share of each target spread over all classes", parse=float, at_least=0, below=1
    )  # fmt: skip
    input_dropout: float = setting(
        0.0, "--input_dropout", "share of pixels dropped in training", parse=float, at_least=0, below=1
    )
    dropout: float = setting(
        0.0, "--dropout", "share of hidden units dropped in training", parse=float, at_least=0, below=1
    )
    clip_norm: float = setting(
        0.0, "--clip_norm", "largest norm of the whole gradient; 0 is no limit", parse=float, at_least=0
    )
    ema_decay: float = setting(
        0.0, "--ema_decay", "decay of the moving average of the weights that is kept; 0 is none", parse=float,
        at_least=0, below=1,
    )  # fmt: skip
    class_weights: str = setting(
        "none", "--class_weights", "balanced: rare classes weigh more in the loss", choices=("none", "balanced")
    )  # fmt: skip
    sampling: str = setting(
        "shuffle",
        "--sampling",
        "balanced: rare classes are drawn more often",
        choices=("shuffle", "balanced"),
    )
    augment: bool = setting(
        False, "--augment", "on or off: turn, shift, scale, shear, dim and invert training images",
        parse=parse_switch, expects="on or off",
    )  # fmt: skip
    synth_ratio: float = setting(
        0.0, "--synth_ratio", "share of rendered letters in each batch", parse=float, at_least=0, below=1
    )
    keep: str = setting(
        "last", "--keep", "which epoch's weights are kept: last, or best by --monitor", choices=("last", "best")
    )  # fmt: skip
    monitor: str = setting(
        "accuracy", "--monitor", "validation figure that decides the kept epoch", choices=MONITORS
    )
    patience: int = setting(
        0, "--patience", "validations without improvement after which training stops; 0 is never", parse=int,
        at_least=0,
    )  # fmt: skip
    seed: int = setting(
        2021, "--seed", "seed of every random number", parse=int, at_least=0, at_most=2**63 - 1
    )
    step: str = setting("auto", "--step", "how an update is computed", choices=STEPS)
    device: str = setting("cpu", "--device", "cpu, cuda or cuda:N")

    def __post_init__(self) -> None:
        for field in settings():
            check_setting(field, getattr(self, field.name))
        if len(self.hidden_size) >= MAX_LAYERS:
            raise UsageError(f"--hsize: {len(self.hidden_size):,} hidden layers; at most {MAX_LAYERS - 1}")
        device, _, index = self.device.partition(":")
        if device not in ("cpu", "cuda") or (index and not (device == "cuda" and index.isdecimal())):
            raise UsageError(f"--device: expected cpu, cuda or cuda:N, not {self.device!r}")

    @property
    def n_layers(self) -> int:
        """Linear layers: one more than hidden sizes."""
        return len(self.hidden_size) + 1

    def to_toml(self) -> str:
        """The settings as TOML, one line each; JSON's strings, numbers and arrays are TOML's too."""
        values = dataclasses.asdict(self)
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def settings() -> tuple[dataclasses.Field[Any], ...]:
    """The fields of `TrainingConfig` that have a flag."""
    return tuple(field for field in dataclasses.fields(TrainingConfig) if "flag" in field.metadata)


def parse_setting(field: dataclasses.Field[Any], text: str) -> Any:
    """The value that `text` gives to a setting; raises `UsageError` naming the flag."""
    try:
        return field.metadata["parse"](text)
    except (ValueError, KeyError, OverflowError):
        raise UsageError(f"{field.metadata['flag']}: expected {expected(field)}, not {text!r}") from None


def check_setting(field: dataclasses.Field[Any], value: Any) -> None:
    """Raise `UsageError` naming the flag unless `value` (or each of its members) is allowed."""
    rule = field.metadata
    for item in value if isinstance(value, tuple) else (value,):
        refused = (
            (rule["choices"] is not None and item not in rule["choices"])
            or (rule["above"] is not None and not item > rule["above"])
            or (rule["at_least"] is not None and not item >= rule["at_least"])
            or (rule["below"] is not None and not item < rule["below"])
            or (rule["at_most"] is not None and not item <= rule["at_most"])
            or (isinstance(item, float) and not abs(item) < float("inf"))
        )
        if refused:
            raise UsageError(f"{rule['flag']}: expected {expected(field)}, not {item!r}")


def expected(field: dataclasses.Field[Any]) -> str:
    """What a setting takes, in words: `a number above 0`, `one of relu, tanh`."""
    rule = field.metadata
    if rule["choices"]:
        return "one of " + ", ".join(rule["choices"])
    words = rule["expects"] or ("a whole number" if rule["parse"] is int else "a number")
    limits = [
        f"{word} {rule[key]:,}"
        for key, word in (("above", "above"), ("at_least", "at least"), ("below", "below"), ("at_most", "at most"))
        if rule[key] is not None
    ]  # fmt: skip
    return f"{words}, {' and '.join(limits)}" if limits else words


def resolve_hidden_size(hidden_size: tuple[int, ...] | None, n_layers: int | None) -> tuple[int, ...]:
    """Bring `--hsize` and `--layer` together; `None` means that a flag was not given.

    One layer alone means no hidden layer; otherwise the number of layers must be one more than that of
    the hidden sizes. Raises `UsageError` naming both flags where they contradict each other.
    """
    if n_layers is None:
        return DEFAULT_HIDDEN_SIZE if hidden_size is None else hidden_size
    if n_layers < 1:
        raise UsageError(f"--layer: expected a whole number, at least 1, not {n_layers}")
    if n_layers == 1 and hidden_size is None:
        return ()
    sizes = DEFAULT_HIDDEN_SIZE if hidden_size is None else hidden_size
    if len(sizes) != n_layers - 1:
        given = ",".join(map(str, sizes)) or "none"
        raise UsageError(
            f"--layer {n_layers} needs {n_layers - 1} hidden sizes, but --hsize gives {len(sizes)} ({given})"
        )
    return sizes


SLIDES = TrainingConfig()
BEST = TrainingConfig(
    recipe="best",
    hidden_size=(512,),
    preprocessing="standardize",
    epochs=60,
    batch_size=64,
    val_interval=1,
    optimizer="adamw",
    lr=1e-3,
    weight_decay=0.05,
    schedule="cosine",
    warmup=0.05,
    label_smoothing=0.1,
    input_dropout=0.2,
    dropout=0.5,
    keep="best",
)
RECIPES = {recipe.recipe: recipe for recipe in (SLIDES, BEST)}
