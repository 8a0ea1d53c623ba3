"""Model files that hypothesis makes and damages, through the same function that atheris drives."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charmlp.errors import ModelFileError
from tests.fuzz import fuzz_models
from tests.fuzz.fuzz_models import (
    CONFIGS,
    FACTS,
    HEADER,
    PICKLE,
    SEEDS,
    STATE,
    TABLE,
    WAYS,
    read_hostile_model,
)
from tests.modelfile.making import model, pickle_of, tensor_of

HEADER_WAY, FACTS_WAY, PICKLE_WAY = (bytes((WAYS.index(way),)) for way in ("header", "facts", "pickle"))
NUMBERS = st.integers(-3, 40) | st.sampled_from([2**31, 2**63, 10**9, 10**40]) | st.floats() | st.booleans()
JSON = st.recursive(
    st.none() | NUMBERS | st.text(max_size=4) | st.sampled_from(["F32", "relu", "scale", "\x1b", "A"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(SEEDS), st.integers(0, 3000), st.integers(0, 40), st.binary(max_size=8))
def test_a_file_that_was_damaged(seed: bytes, place: int, length: int, new: bytes) -> None:
    place = 1 + place % len(seed)
    read_hostile_model(seed[:place] + new + seed[place + length :])


@given(st.sampled_from(sorted(FACTS)), JSON)
def test_any_fact(name: str, value: Any) -> None:
    read_hostile_model(FACTS_WAY + json.dumps(FACTS | {name: value}).encode())


@given(st.sampled_from(sorted(TABLE)), st.sampled_from(["dtype", "shape", "data_offsets", "more"]), JSON)
def test_any_entry_of_the_table(name: str, what: str, value: Any) -> None:
    table = TABLE | {name: TABLE[name] | {what: value}}
    header = {"__metadata__": {"charmlp": json.dumps(FACTS)}} | table
    read_hostile_model(HEADER_WAY + json.dumps(header).encode())


@given(JSON)
def test_any_header(value: Any) -> None:
    read_hostile_model(HEADER_WAY + json.dumps(value).encode())


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


@given(st.sampled_from(sorted(CONFIGS)), PLAIN)
def test_any_config(name: str, value: Any) -> None:
    read_hostile_model(PICKLE_WAY + pickle_of(STATE, CONFIGS | {name: value}))


SIDES = st.lists(st.integers(-2, 40) | st.sampled_from([2**40, 10**9]), max_size=3)


@given(
    st.sampled_from(sorted(STATE)),
    st.sampled_from(["0", "1", "3", "9", "../data.pkl"]),
    SIDES,
    st.none() | SIDES,
    st.integers(-2, 40) | st.just(2**50),
    st.integers(-2, 40) | st.just(2**50),
    st.sampled_from(["FloatStorage", "DoubleStorage", "BFloat16Storage", "BoolStorage", "load"]),
)
def test_any_tensor(
    name: str, key: str, shape: list[int], stride: list[int] | None, numel: int, offset: int, kind: str
) -> None:
    tensor = tensor_of(key, shape, kind=kind, numel=numel, stride=stride or [1] * len(shape), offset=offset)
    read_hostile_model(PICKLE_WAY + pickle_of(STATE | {name: tensor}, CONFIGS))


@given(st.binary(max_size=60))
def test_any_instructions(instructions: bytes) -> None:
    read_hostile_model(PICKLE_WAY + b"\x80\x02" + instructions)
    read_hostile_model(PICKLE_WAY + PICKLE[:-1] + instructions + b".")


def test_the_good_are_read_and_the_bad_are_refused() -> None:
    assert [read_hostile_model(seed) for seed in SEEDS] == ["read"] * len(SEEDS)
    assert read_hostile_model(b"") == "refused" and HEADER


class TestNegativeControls:
    """A reader with a hole does not pass."""

    def test_another_exception(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fuzz_models, "read_model", lambda path: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            read_hostile_model(b"")

    def test_a_message_that_does_not_name_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(path: Any) -> None:
            raise ModelFileError("something is wrong")

        monkeypatch.setattr(fuzz_models, "read_model", refuse)
        with pytest.raises(AssertionError):
            read_hostile_model(b"")

    def test_a_model_larger_than_its_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fuzz_models, "read_model", lambda path: model((500,)))
        with pytest.raises(AssertionError):
            read_hostile_model(b"\0small")
