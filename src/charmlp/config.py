"""Recipes: every setting of a training run, its flag, its default and what is allowed.

A `TrainingConfig` is checked when it is made, so that a wrong value costs nothing but one line. The
command line reads its flags from the fields below; `config.toml` in a run folder holds their values, and can
be read back.
"""

from __future__ import annotations

import dataclasses
import json
import operator
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from charmlp.errors import CharmlpError, UsageError
from charmlp.text import did_you_mean, shown_value

OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adadelta", "adamw")
PREPROCESSINGS = ("scale", "standardize")
STEPS = ("auto", "autograd", "analytic", "compiled")
MONITORS = ("accuracy", "macro_f1", "loss")
CROPS = ("none", "auto")
GROUNDS = {"contrast": "white or black, whichever differs more", "white": "white"}

MAX_LAYERS = 100
MAX_NORM_SIZE = 4096
DEFAULT_HIDDEN_SIZE = (32,)


class View(NamedTuple):
    """What of a picture a network sees, once it is made small; a model file says with which it was trained.

    crop    none: the whole picture; auto: the letter's box
    ground  what shows where a picture is transparent. contrast: white or black, whichever differs more from
            what is visible; white: always white, as before there was a choice
    """

    crop: str = "none"
    ground: str = "contrast"


DEFAULT_VIEW = View()


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


@dataclass(frozen=True)
class Rule:
    """What a setting takes: in words, how its text is read, and which values are allowed.

    metavar  stands for a value in the help
    choices  all values, where they are words
    """

    words: str
    parse: Callable[[str], Any]
    allows: Callable[[Any], bool]
    metavar: str = "X"
    choices: tuple[str, ...] = ()

    def read(self, name: str, text: str) -> Any:
        """The value of a text; raises `UsageError` that begins with `name`, the flag."""
        try:
            value = self.parse(text)
            if self.allows(value):
                return value
        except (ValueError, KeyError, OverflowError):
            pass
        raise UsageError(f"{name}: {self.misfit(text)}")

    def misfit(self, value: object) -> str:
        """What is expected in place of a value, and which word was meant perhaps."""
        hint = did_you_mean(value, self.choices) if isinstance(value, str) else ""
        return f"expected {self.words}, not {shown_value(value)}{hint}"


def one_of(*choices: str) -> Rule:
    """A rule that allows some words only."""
    return Rule(f"one of {', '.join(choices)}", str, choices.__contains__, choices=choices)


def activations() -> tuple[str, ...]:
    """The names in the table, read but not imported: that would import NumPy, of which help has no need."""
    table = Path(__file__).with_name("calculus") / "activations.py"
    source = __spec__.loader.get_data(str(table)).decode()  # type: ignore[union-attr]  # also from a zip archive
    return tuple(re.findall(r'^ +Activation\("(\w+)"', source, re.MULTILINE))


def whole(least: int, most: int, words: str) -> Rule:
    """A rule for whole numbers of a range."""
    return Rule(f"a whole number{words}", int, lambda n: least <= n <= most, "N")


INFINITY = float("inf")
ACTIVATION = one_of(*activations())
COUNT = whole(1, 10**9, ", at least 1 and at most 10⁹")
COUNT_OR_NONE = whole(0, 10**9, ", at least 0 and at most 10⁹")
SEED = whole(0, 2**63 - 1, " from 0 to 2⁶³ - 1")
POSITIVE = Rule("a number above 0", float, lambda x: 0 < x < INFINITY)
NOT_NEGATIVE = Rule("a number, at least 0", float, lambda x: 0 <= x < INFINITY)
SHARE = Rule("a number from 0 to less than 1", float, lambda x: 0 <= x < 1)
SWITCH = Rule("on or off", parse_switch, lambda _: True, "{on,off}")
NAME = Rule("a text without control characters", str, str.isprintable, "NAME")
REGEX = dataclasses.replace(NAME, metavar="REGEX")
HIDDEN_SIZES = Rule(
    f"at most {MAX_LAYERS - 1} whole numbers from 1 to 10⁹, separated by commas, such as 64 or 512,256",
    parse_sizes,
    lambda sizes: len(sizes) < MAX_LAYERS and all(1 <= size <= 10**9 for size in sizes),
    "N,N",
)
NORM_SIZE = Rule(
    f"height,width from 1 to {MAX_NORM_SIZE}, such as 32,32",
    parse_norm_size,
    lambda size: len(size) == 2 and all(1 <= side <= MAX_NORM_SIZE for side in size),
    "H,W",
)
DEVICE = Rule(
    "cpu, cuda or cuda:N",
    str,
    lambda text: re.fullmatch(r"cpu|cuda(:[0-9]{1,3})?", text) is not None,
    "DEVICE",
)


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
        "pixels to [-1, 1], or each image to mean 0 and standard deviation 1",
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
    synth_count: int = setting(60_000, COUNT, "letters to render for that (the source synth:N has its own N)")

    # Validation and what is kept
    val_interval: int = setting(10, COUNT, "epochs between validations", flag="--valInterval")
    keep: str = setting("last", one_of("last", "best"), "which epoch's weights are kept")
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

    def to_toml(self) -> str:
        """The settings as TOML, one line each; JSON's strings, numbers and arrays are TOML's too."""
        values = {"recipe": self.recipe, **dataclasses.asdict(self)}  # it comes first: a run is known by it
        return "".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items()
        )

    def changes(self) -> list[str]:
        """What differs from the recipe, as flags: `--lr 0.01`."""
        recipe = RECIPES[self.recipe]
        return [
            f"{flag_of(field)} {spell(value)}"
            for field in settings()
            if (value := getattr(self, field.name)) != getattr(recipe, field.name)
            and not (field.name == "epochs" and self.updates)  # which settles them
        ]

    @classmethod
    def from_toml(cls, text: str, name: str = "config.toml", recipe: str = "best") -> TrainingConfig:
        """The settings that `to_toml` wrote, or some of them: the others are those of the entry `recipe`.

        `recipe` is for a text without that entry. Raises `CharmlpError` that says where in the file called
        `name` what is wrong.
        """
        entries = read_toml(text, name)
        recipe = entries.pop("recipe", recipe)
        if not isinstance(recipe, str) or recipe not in RECIPES:
            raise CharmlpError(f"{name}: recipe: {one_of(*RECIPES).misfit(recipe)}")
        fields = {field.name: field for field in settings()}
        if unknown := [entry for entry in entries if entry not in fields]:
            hint = did_you_mean(unknown[0], fields)
            raise CharmlpError(f"{name}: no setting is called {', '.join(map(shown_value, unknown))}{hint}")
        values = {entry: value_of(fields[entry], value, name) for entry, value in entries.items()}
        if "epochs" in values:  # where both are given, as in a run folder, `updates` has settled the epochs
            values.setdefault("updates", 0)
        return dataclasses.replace(RECIPES[recipe], **values)


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


def read_toml(text: str, name: str) -> dict[str, Any]:
    """The entries of a TOML text; raises `CharmlpError` with the line where it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: or a number of thousands of digits
        reason = "brackets in brackets" if isinstance(error, RecursionError) else error
        raise CharmlpError(f"{name}: is not TOML: {reason}") from None


def value_of(field: dataclasses.Field[Any], value: Any, name: str) -> Any:
    """A setting's value from TOML, in the setting's own type; raises `CharmlpError` naming the entry."""
    try:
        return fitted(field, value)
    except UsageError as error:
        reason = str(error).partition(":")[2]
        raise CharmlpError(f"{name}: {field.name} ({flag_of(field)}):{reason}") from None


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


def override(config: TrainingConfig, given: Mapping[str, Any]) -> TrainingConfig:
    """The settings with the given ones in place; `epochs` and `updates` displace each other.

    Raises `UsageError` for values that are not allowed, alone or together.
    """
    if given.get("epochs") and given.get("updates"):
        raise UsageError("--epoch and --updates: give one or the other")
    optimizer = given.get("optimizer", config.optimizer)
    if given.get("momentum") and optimizer != "sgd":
        raise UsageError(f"--momentum {given['momentum']:g}: --optim_type {optimizer} has no momentum")
    if "epochs" in given:
        given = {**given, "updates": 0}
    return dataclasses.replace(config, **given)


def find_recipe(name: str) -> TrainingConfig:
    """The recipe of that name; raises `UsageError`."""
    if name not in RECIPES:
        raise UsageError(f"--recipe: {one_of(*RECIPES).misfit(name)}")
    return RECIPES[name]


def resolve_hidden_size(hidden_size: tuple[int, ...] | None, n_layers: int | None) -> tuple[int, ...]:
    """Bring `--hsize` and `--layer` together; `None` means that a flag was not given.

    One layer alone means no hidden layer; otherwise the number of layers must be one more than that of
    the hidden sizes. Raises `UsageError` naming both flags where they contradict each other.
    """
    sizes = DEFAULT_HIDDEN_SIZE if hidden_size is None else hidden_size
    if n_layers is None:
        return sizes
    if n_layers < 1:
        raise UsageError(f"--layer: expected a whole number, at least 1, not {n_layers}")
    if n_layers == 1 and hidden_size is None:
        return ()
    if len(sizes) != n_layers - 1:
        given = ",".join(map(str, sizes)) or "none"
        raise UsageError(
            f"--layer {n_layers} needs {n_layers - 1} hidden sizes, but --hsize gives {len(sizes)} ({given})"
        )
    return sizes


SLIDES = TrainingConfig()
BEST = TrainingConfig(  # chosen by validation accuracy on photographs: docs/accuracy.md
    recipe="best",
    hidden_size=(512, 256),
    preprocessing="standardize",
    updates=2500,
    batch_size=256,
    val_interval=1,
    optimizer="adamw",
    lr=3e-3,
    weight_decay=0.05,
    schedule="cosine",
    warmup=0.05,
    ema_decay=0.99,
    label_smoothing=0.1,
    dropout=0.1,
    augment=True,
    synth_ratio=0.75,
    keep="best",
)
RECIPES = {recipe.recipe: recipe for recipe in (SLIDES, BEST)}
