"""`charmlp serve`: what is wrong is one line, before it listens (how it runs: tests/server)."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.server.making import write_letters


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_letters(tmp_path_factory.mktemp("model") / "letters.safetensors")


def test_a_port_in_use_is_one_line(run: Callable[..., Result], model_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", model_file, "--port", taken.getsockname()[1])
    assert result.status == 1 and result.err.count("\n") == 1 and "another port" in result.err


@pytest.mark.parametrize(
    "content",
    [b"", b"short", b"two words of which none is\n", b"\xff" * 20, b"x" * 2000, b"a" * 20 + b"\x01"],
)
def test_a_bad_token_file_is_one_line(
    run: Callable[..., Result], model_file: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "token").write_bytes(content)
    result = run("serve", model_file, "--token-file", tmp_path / "token")
    assert result.status == 1 and result.err.count("\n") == 1 and "a token is expected" in result.err
    assert not content.strip() or content.decode("latin-1").strip() not in result.err


@pytest.mark.parametrize(
    ("arguments", "words", "status"),
    [
        (["missing.safetensors"], "no such file", 1),
        (["bad.safetensors"], "bad.safetensors", 1),
        ([], "MODEL", 2),
        (["MODEL", "--port", "70000"], "--port: expected a whole number from 0 to 65,535", 2),
        (["MODEL", "--port", "http"], "--port", 2),
        (["MODEL", "--workers", "0"], "--workers", 2),
        (["MODEL", "--host", "no.such.host.invalid"], "--host no.such.host.invalid", 2),
        (["MODEL", "--host", "192.0.2.1", "--token-file", "token"], "--host 192.0.2.1", 1),
        (["MODEL", "--token-file", "missing"], "missing: no such file", 1),
    ],
)
def test_what_is_wrong_is_told_before_it_listens(
    run: Callable[..., Result],
    model_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
    status: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    (tmp_path / "token").write_text("0123456789abcdef")
    shutil.copy(model_file, tmp_path / "MODEL.safetensors")
    arguments = ["MODEL.safetensors" if each == "MODEL" else each for each in arguments]
    result = run("serve", *arguments)
    assert result.status == status and words in result.err and result.err.count("\n") == 1 and not result.out
