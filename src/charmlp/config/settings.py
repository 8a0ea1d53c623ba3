"""Every setting of a training run: its flag, its default and what is allowed.

A `TrainingConfig` is checked when it is made, so that a wrong value costs nothing but one line. The
command line reads its flags from the fields below.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from charmlp.config.rules import (
    ACTIVATION,
    COUNT,
    COUNT_OR_NONE,
    DEVICE,
    HIDDEN_SIZES,
    NAME,
    NORM_SIZE,
    NOT_NEGATIVE,
    POSITIVE,
    REGEX,
    SEED,
    SHARE,
    SWITCH,
    Rule,
    one_of,
)
from charmlp.config.view import CROPS, View
from charmlp.errors import UsageError

OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adadelta", "adamw")
PREPROCESSINGS = ("scale", "standardize", "light_ink")
STEPS = ("auto", "autograd", "analytic", "compiled")
KEEP = ("last", "best", "late")
STYLES = ("print", "hand", "all")  # of writing
MONITORS = ("accuracy", "macro_f1", "loss")
DEFAULT_HIDDEN_SIZE = (32,)


def setting(default: Any, rule: Rule, help: str, flag: str = "") -> Any:
    """A dataclass field that knows its rule, and its flag where that is not `--` and its name."""
    return dataclasses.field(default=default, metadata={"rule": rule, "help": help, "flag": flag})


def flag_of(field: dataclasses.Field[Any]) -> str:
    """The flag of a setting, such as `--lr`."""
    return field.metadata["flag"] or f"--{field.name}"


# What people type for a flag as well; help shows the first of them.
OTHER_NAMES = {
    "--data": ("--dataset", "--data_dir"),
    "--out": ("--output",),
    "--n_classes": ("--num_classes",),
    "--layer": ("--layers", "--n_layers"),
    "--hsize": ("--hidden_size", "--hidden"),
    "--act": ("--activation", "--act_type"),
    "--norm_size": ("--image_size", "--img_size"),
    "--epoch": ("--epochs", "--num_epochs"),
    "--batchsize": ("--batch_size", "--batch"),
    "--optim_type": ("--optimizer", "--optim"),
    "--lr": ("--learning_rate",),
    "--seed": ("--random_state",),
}


@dataclass(frozen=True)
class Reading:
    """How names and labels are read, where a data set does not say it in a usual way.

    Raises `UsageError`, which names the flag, for a value that is not allowed.
    """

    path_column: str = setting("", NAME, "column of a table with the images' paths (default: by its name)")
    label_column: str = setting("", NAME, "column of a table with the labels (default: by its name)")
    any_path: bool = setting(
        False, SWITCH, "on: paths in lists may be absolute, or lead out of the image folder"
    )
    label_pattern: str = setting(
        "", REGEX, "regular expression for the names of a folder's images; its group is the label: ^(.)_"
    )

    def __post_init__(self) -> None:
        for field in settings(type(self)):
            value = getattr(self, field.name)
            if value is not field.default:
                object.__setattr__(self, field.name, fitted(field, value))


@dataclass(frozen=True)
class TrainingConfig(Reading):
    """The settings of one training run; the defaults are the course's (recipe `slides`).

    Raises `UsageError`, which names the flag, for a value that is not allowed.
    """

    recipe: str = "slides"

    # The network and what it sees
    hidden_size: tuple[int, ...] = setting(
        DEFAULT_HIDDEN_SIZE, HIDDEN_SIZES, "hidden sizes, comma separated", flag="--hsize"
    )
    act_type: str = setting("relu", ACTIVATION, "activation between layers", flag="--act")
    norm_size: tuple[int, int] = setting((32, 32), NORM_SIZE, "height,width to which images are resized")
    preprocessing: str = setting(
        "scale",
        one_of(*PREPROCESSINGS),
        "pixels to [-1, 1], or each image to mean 0 and standard deviation 1; "
        "light_ink: and dark letters made light",
    )
    crop: str = setting("none", one_of(*CROPS), "auto: of each picture the letter's box, not the whole of it")

    # Optimization
    epochs: int = setting(50, COUNT, "passes over the training images", flag="--epoch")
    updates: int = setting(0, COUNT_OR_NONE, "instead of --epoch: as many epochs as make N updates")
    batch_size: int = setting(8, COUNT, "images per update", flag="--batchsize")
    optimizer: str = setting(
        "sgd", one_of(*OPTIMIZERS), "optimizer, as torch defines it", flag="--optim_type"
    )
    lr: float = setting(5e-4, POSITIVE, "learning rate")
    momentum: float = setting(0.9, SHARE, "momentum of sgd")
    weight_decay: float = setting(
        0.0, NOT_NEGATIVE, "L2 penalty on all parameters; adamw: decoupled from the gradient"
    )
    schedule: str = setting("constant", one_of("constant", "cosine"), "how the learning rate goes on")
    warmup: float = setting(0.0, SHARE, "fraction of the run in which the learning rate rises")
    clip_norm: float = setting(0.0, NOT_NEGATIVE, "largest norm of the gradient; 0: no limit")
    ema_decay: float = setting(0.0, SHARE, "decay of a moving average of the weights, which is kept; 0: none")

    # Regularisation and training letters
    label_smoothing: float = setting(0.0, SHARE, "fraction of each target spread over all classes")
    input_dropout: float = setting(0.0, SHARE, "fraction of pixels dropped in training")
    dropout: float = setting(0.0, SHARE, "fraction of hidden units dropped in training")
    class_weights: str = setting(
        "none", one_of("none", "balanced"), "balanced: rare classes weigh more in the loss"
    )
    sampling: str = setting(
        "shuffle", one_of("shuffle", "balanced"), "balanced: rare classes are drawn more often"
    )
    augment: bool = setting(False, SWITCH, "rotate, shift, scale, shear, dim and invert training images")
    synth_ratio: float = setting(
        0.0, SHARE, "fraction of rendered letters in each batch, at most that in all letters"
    )
    synth_count: int = setting(60_000, COUNT, "letters to render for that; the source synth:N has its own N")
    synth_style: str = setting("print", one_of(*STYLES), "print: as on signs; hand: handwriting; all: both")

    # Validation and what is kept
    val_interval: int = setting(10, COUNT, "epochs between validations", flag="--valInterval")
    keep: str = setting(
        "last", one_of(*KEEP), "which epoch's weights are kept; late: the best of the last third"
    )
    monitor: str = setting("accuracy", one_of(*MONITORS), "validation figure that decides the best epoch")
    patience: int = setting(
        0, COUNT_OR_NONE, "validations without improvement before training stops; 0: never"
    )

    # How it is computed
    seed: int = setting(2021, SEED, "seed of every random number")
    step: str = setting("auto", one_of(*STEPS), "how an update is computed")
    device: str = setting("cpu", DEVICE, "cpu, cuda or cuda:N")

    @property
    def view(self) -> View:
        """What of a picture is seen."""
        return View(self.crop)


def spell(value: object) -> str:
    """A value as it is typed behind its flag."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def settings(of: type[Reading] | None = None) -> tuple[dataclasses.Field[Any], ...]:
    """The fields of `TrainingConfig` (or of `Reading`, which it contains) that have a flag."""
    return tuple(field for field in dataclasses.fields(of or TrainingConfig) if "flag" in field.metadata)


def parse_setting(field: dataclasses.Field[Any], text: str) -> Any:
    """The value that `text` gives to a setting; raises `UsageError` naming the flag."""
    return field.metadata["rule"].read(flag_of(field), text)


def fitted(field: dataclasses.Field[Any], value: Any) -> Any:
    """A value from Python in the setting's own type: 1 as 1.0, 64 or [64] as (64,); raises `UsageError`."""
    kind, rule, found = type(field.default), field.metadata["rule"], value
    try:
        if isinstance(value, bool | str):
            pass
        elif kind is int:
            found = operator.index(value)
        elif kind is float:
            found = float(value)
        elif kind is tuple and isinstance(value, Iterable):
            found = tuple(map(operator.index, value))
        elif kind is tuple:
            found = rule.parse(str(operator.index(value)))
        if type(found) is kind and rule.allows(found):
            return found
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(f"{flag_of(field)}: {rule.misfit(value)}")


def resolve_hidden_size(hidden_size: tuple[int, ...] | None, n_layers: int | None) -> tuple[int, ...]:
    """Bring `--hsize` and `--layer` together; `None` means that a flag was not given.

    One layer alone means no hidden layer; otherwise the number of layers must be one more than that of
    the hidden sizes. Raises `UsageError` naming both flags where they contradict each other.
    """
    sizes = DEFAULT_HIDDEN_SIZE if hidden_size is None else hidden_size
    if n_layers is None:
        return sizes
    if n_layers == 1 and hidden_size is None:
        return ()
    if len(sizes) != n_layers - 1:
        given = ",".join(map(str, sizes)) or "none"
        raise UsageError(
            f"--layer {n_layers} needs {n_layers - 1} hidden sizes, but --hsize gives {len(sizes)} ({given})"
        )
    return sizes
