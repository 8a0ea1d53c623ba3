"""Settings: what is allowed, and that every refusal names its flag."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from charmlp.config import (
    RECIPES,
    TrainingConfig,
    flag_of,
    parse_setting,
    resolve_hidden_size,
    settings,
)
from charmlp.errors import UsageError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_size", (0,)),
        ("hidden_size", (32,) * 100),
        ("hidden_size", (10**10,)),
        ("act_type", "swish"),
        ("norm_size", (0, 32)),
        ("norm_size", (32, 10**6)),
        ("epochs", 0),
        ("batch_size", 0),
        ("val_interval", 0),
        ("optimizer", "lion"),
        ("lr", 0.0),
        ("lr", float("nan")),
        ("lr", float("inf")),
        ("momentum", 1.0),
        ("weight_decay", -0.1),
        ("label_smoothing", 1.0),
        ("dropout", float("nan")),
        ("monitor", "f2"),
        ("seed", -1),
        ("device", "tpu"),
        ("device", "cuda:"),
        ("step", "magic"),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_flag(name: str, value: Any) -> None:
    flag = next(flag_of(field) for field in settings() if field.name == name)
    with pytest.raises(UsageError, match=f"^{flag}: expected "):
        TrainingConfig(**{name: value})


@pytest.mark.parametrize(
    ("flag", "text", "value"),
    [
        ("--norm_size", "32,24", (32, 24)),
        ("--norm_size", "32 24", (32, 24)),
        ("--norm_size", "32x24", (32, 24)),
        ("--norm_size", "28", (28, 28)),
        ("--hsize", "64", (64,)),
        ("--hsize", "512,256", (512, 256)),
        ("--hsize", "", ()),
        ("--augment", "on", True),
        ("--augment", "off", False),
        ("--lr", "2e-3", 2e-3),
    ],
)
def test_texts_are_read(flag: str, text: str, value: Any) -> None:
    field = next(field for field in settings() if flag_of(field) == flag)
    assert parse_setting(field, text) == value


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--norm_size", "1,2,3"),
        ("--hsize", "a"),
        ("--augment", "maybe"),
        ("--epoch", "1.5"),
        ("--lr", "fast"),
    ],
)
def test_texts_that_say_nothing_are_refused(flag: str, text: str) -> None:
    field = next(field for field in settings() if flag_of(field) == flag)
    with pytest.raises(UsageError, match=f"^{flag}: expected "):
        parse_setting(field, text)


@pytest.mark.parametrize(
    ("hidden_size", "n_layers", "expected"),
    [
        (None, None, (32,)),
        (None, 1, ()),
        (None, 2, (32,)),
        ((64,), None, (64,)),
        ((32, 32), 3, (32, 32)),
        ((), 1, ()),
    ],
)
def test_layers_and_hidden_sizes_agree(
    hidden_size: tuple[int, ...] | None, n_layers: int | None, expected: tuple[int, ...]
) -> None:
    assert resolve_hidden_size(hidden_size, n_layers) == expected


@pytest.mark.parametrize(("hidden_size", "n_layers"), [((32,), 1), ((32,), 3), (None, 3), ((32, 32), 2)])
def test_a_contradiction_names_both_flags(hidden_size: tuple[int, ...] | None, n_layers: int) -> None:
    with pytest.raises(UsageError, match=r"--layer .*--hsize"):
        resolve_hidden_size(hidden_size, n_layers)


def test_the_slides_recipe_is_the_courses() -> None:
    slides = RECIPES["slides"]
    assert (slides.hidden_size, slides.act_type, slides.norm_size) == ((32,), "relu", (32, 32))
    assert (slides.optimizer, slides.lr, slides.momentum, slides.weight_decay) == ("sgd", 5e-4, 0.9, 0)
    assert (slides.batch_size, slides.epochs, slides.val_interval, slides.seed) == (8, 50, 10, 2021)
    assert (slides.preprocessing, slides.keep) == ("scale", "last")


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("hidden_size", 64, (64,)),
        ("hidden_size", [64, np.int64(32)], (64, 32)),
        ("hidden_size", np.array([5]), (5,)),
        ("norm_size", 28, (28, 28)),
        ("epochs", np.int32(3), 3),
        ("lr", 1, 1.0),
        ("lr", np.float32(0.5), 0.5),
        ("augment", True, True),
    ],
)
def test_values_from_python_are_taken_for_what_they_mean(name: str, value: Any, meant: Any) -> None:
    found = getattr(TrainingConfig(**{name: value}), name)
    assert found == meant and type(found) is type(meant)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", "10"),
        ("epochs", 2.5),
        ("epochs", True),
        ("epochs", None),
        ("lr", "0.1"),
        ("lr", [0.1]),
        ("lr", 10**400),
        ("hidden_size", "64"),
        ("hidden_size", [1.5]),
        ("hidden_size", {"a": 1}),
        ("norm_size", (28, 28, 1)),
        ("act_type", 5),
        ("augment", 1),
        ("crop", "tight"),
    ],
)
def test_values_of_another_type_are_refused_by_their_flag(name: str, value: Any) -> None:
    flag = next(flag_of(field) for field in settings() if field.name == name)
    with pytest.raises(UsageError, match=f"^{flag}: expected "):
        TrainingConfig(**{name: value})


def test_the_defaults_are_allowed() -> None:
    """They are not checked when a config is made."""
    assert all(field.metadata["rule"].allows(field.default) for field in settings())
