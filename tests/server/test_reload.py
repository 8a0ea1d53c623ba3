"""A model file that changes is loaded while requests are answered; a bad one is not."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from charmlp.server import currentmodel
from tests.server.making import Served, client, jpeg, served, until, write_letters


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(currentmodel, "EVERY", 0.02)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    path = write_letters(tmp_path / "run" / "model.safetensors")
    with served(path) as each:
        yield each, path


def model_of(server: Served) -> str:
    with client(server) as http:
        return http.get("/v1/model").json()["model"]


def test_a_new_model_answers_and_no_request_is_lost(own: tuple[Served, Path], tmp_path: Path) -> None:
    server, path = own
    statuses: list[int] = []
    models: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        with client(server) as http:
            while not stop.is_set():
                answer = http.post("/v1/predict", content=jpeg())
                statuses.append(answer.status_code)
                models.append(answer.json()["model"])

    thread = threading.Thread(target=ask)
    thread.start()
    first = model_of(server)
    assert first.startswith("run@")
    for classes in (("x", "y"), ("a", "b", "c"), ("x", "y")):  # other classes, so other answers
        before = model_of(server)
        shutil.move(write_letters(tmp_path / "new.safetensors", classes=classes), path)
        until(lambda before=before: model_of(server) != before)
    stop.set()
    thread.join()
    assert set(statuses) == {200} and len(set(models)) >= 2
    until(lambda: len(server.lines("model loaded")) == 3)


@pytest.mark.parametrize("spoil", ["empty", "half", "other", "gone"])
def test_a_bad_file_leaves_the_model_in_its_place(
    own: tuple[Served, Path], tmp_path: Path, spoil: str
) -> None:
    server, path = own
    before = model_of(server)
    good = write_letters(tmp_path / "good.safetensors", classes=("x", "y")).read_bytes()
    if spoil == "gone":
        path.unlink()
        time.sleep(0.1)
    else:
        path.write_bytes({"empty": b"", "half": good[: len(good) // 2], "other": b"hello"}[spoil])
        (line, *_) = server.lines("model refused")
        assert line["level"] == "error" and "model.safetensors" in line["reason"]
    assert model_of(server) == before
    path.write_bytes(good)  # in its place, within the same tick perhaps
    until(lambda: model_of(server) != before)
    assert len(server.log.getvalue().split("model refused")) <= 3  # each reason is told once


def test_the_same_model_written_again_is_no_new_one(own: tuple[Served, Path]) -> None:
    server, path = own
    path.write_bytes(path.read_bytes())
    time.sleep(0.15)
    assert "model loaded" not in server.log.getvalue()


def test_another_size_of_picture_is_no_matter(own: tuple[Served, Path], tmp_path: Path) -> None:
    """What is being read is read to its end by the model that began."""
    from charmlp.modelfile import write_model
    from tests.modelfile.making import model

    server, path = own
    with client(server) as http:
        for size in ((4, 4), (16, 12)):
            before = model_of(server)
            write_model(model((3,), size), tmp_path / "new.safetensors")
            shutil.move(tmp_path / "new.safetensors", path)
            until(lambda before=before: model_of(server) != before)
            assert http.post("/v1/predict", content=jpeg()).status_code == 200
            assert http.get("/v1/model").json()["norm_size"] == list(size)
