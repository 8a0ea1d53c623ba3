"""`charmlp predict`: every way to name images, every format, and bad ones among good ones."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from charmlp.images import read_grey
from charmlp.modelfile import read_model, write_model
from tests.cli.conftest import FONTS, Result
from tests.images.making import saved
from tests.modelfile.making import familiarity

Run = Callable[..., Result]


def files(answer: Result) -> list[str]:
    return [entry["file"] for entry in json.loads(answer.out)]


def test_json(run: Run, course: Path, trained: Path) -> None:
    image = course / "new_images" / "predict01.png"
    answer = run("predict", image, "--model", trained, "--topk", "3", "--format", "json")
    assert answer.status == 0 and answer.err == ""
    (entry,) = json.loads(answer.out)
    assert entry["file"] == str(image)
    assert entry["prediction"] == "A"
    assert entry["top"][0] == {"class": "A", "probability": entry["probability"]}
    shares = [candidate["probability"] for candidate in entry["top"]]
    assert len(shares) == 3 and shares == sorted(shares, reverse=True)


def test_images_like_nothing_in_training(run: Run, course: Path, trained: Path, tmp_path: Path) -> None:
    image, columns = course / "new_images" / "predict01.png", "file,prediction,probability"
    for limit, is_told in ((-1.0, True), (1e8, False)):
        model = replace(read_model(trained / "model.safetensors"), familiarity=familiarity(limit, 1e8))
        write_model(model, tmp_path / "a.safetensors")
        answer = run("predict", image, "--model", tmp_path / "a.safetensors", "--format", "json")
        assert (json.loads(answer.out)[0].get("unfamiliar") is True) == is_told
        line = f"{image}: like nothing that the model was trained with; do not trust what is read there\n"
        assert answer.status == 0 and answer.err == line * is_told
        answer = run("predict", image, "--model", tmp_path / "a.safetensors", "--format", "csv")
        assert answer.out.startswith(f"{columns}\n")
        answer = run("test", course, "--model", tmp_path / "a.safetensors", "--tsne", "off")
        share = "100.0 %" if is_told else "0.0 %"
        assert f"like nothing in training {share} (of letters of its kind 1 %)" in answer.out


def test_csv(run: Run, course: Path, trained: Path) -> None:
    answer = run("predict", course / "new_images", "--model", trained, "--topk", "2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [row["prediction"] for row in rows] == ["A", "B"]
    assert list(rows[0]) == ["file", "prediction", "probability", "class_2", "probability_2"]


def test_text(run: Run, course: Path, trained: Path) -> None:
    answer = run("predict", course / "new_images" / "predict02.png", "--model", trained)
    assert answer.out.startswith(f"{course / 'new_images' / 'predict02.png'}: B ")


def test_folders_patterns_and_stdin(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course / "new_images"
    names = [str(folder / "predict01.png"), str(folder / "predict02.png")]
    common = ("--model", trained, "--format", "json")
    assert files(run("predict", folder, *common)) == names
    assert files(run("predict", folder / "predict0?.png", *common)) == names
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(names) + "\n"))
    assert files(run("predict", "-", *common)) == names
    for end, text in (
        ((), "\r\n".join(names)),
        (("-0",), "\0".join(names)),
        (("--null",), "\0".join(names) + "\0"),
    ):
        give(monkeypatch, text.encode())
        assert files(run("predict", "-", *end, *common)) == names
    odd = Path("odd\nname.png")
    odd.write_bytes(Path(names[0]).read_bytes())
    give(monkeypatch, f"{odd}\0{names[1]}".encode())
    assert files(run("predict", "-", "-0", *common)) == [str(odd), names[1]]


class Trickle(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self.content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, memory: bytearray) -> int:  # type: ignore[override]
        piece = self.content.read(min(7, len(memory)))
        memory[: len(piece)] = piece
        return len(piece)


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Put it on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Trickle(content))))


def test_an_image_on_standard_input(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image.open(course / "new_images" / "predict01.png").convert("L")
    for kind in ("PNG", "JPEG", "BMP", "PPM", "TIFF", "GIF", "WEBP"):
        give(monkeypatch, saved(image, kind))
        answer = run("predict", "-", "--model", trained)
        assert answer.status == 0 and answer.out.startswith("-: A "), kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (saved(Image.new("L", (9, 9), 5), "PNG"), "blank: "),
        (saved(Image.new("L", (9, 9), 5), "PNG")[:40], "a PNG file that is damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "an HEIC photograph; save it as JPEG"),
        (b"%PDF-1.7\n", "a document"),
        (b"a.png\0b.png\0", "no image, no list of paths; -0 takes paths that end with NUL"),
        (b"\x93NUMPY\1\0", "no image, no list of paths"),
    ],
)
def test_what_is_no_image_on_standard_input(
    run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, words: str
) -> None:
    give(monkeypatch, content)
    answer = run("predict", "-", "--model", trained)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith(f"charmlp: error: standard input: {words}") and answer.err.count("\n") == 1


@pytest.mark.parametrize("name", ["BMW.png", "P1 front.png", "RIFF.png", "II.tif"])
def test_paths_that_begin_like_an_image_are_paths(
    run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    give(monkeypatch, f"{name}\n".encode())
    assert run("predict", "-", "--model", trained).err == (
        f"charmlp: error: {name}: no such file; an image is expected there\n"
    )


def test_numbers_in_names_are_in_order(run: Run, course: Path, trained: Path) -> None:
    Path("scans/a").mkdir(parents=True)
    image = (course / "new_images" / "predict01.png").read_bytes()
    names = ["scans/1.png", "scans/2.png", "scans/10.png", "scans/a/img2.png", "scans/a/img10.png"]
    for name in names[::-1]:
        Path(name).write_bytes(image)
    for place in ("scans", "scans/**/*.png"):
        found = files(run("predict", place, "--model", trained, "--format", "json"))
        assert [Path(name).as_posix() for name in found] == names


def test_the_users_own_folder(
    run: Run, course: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    (tmp_path / "a.png").write_bytes((course / "new_images" / "predict01.png").read_bytes())
    answer = run("predict", "~/a.png", "~/a*.png", "--model=~/run", "--out=~/b.txt")
    assert answer.status == 0 and answer.out == ""
    assert (tmp_path / "b.txt").read_text("utf-8").count("a.png: A ") == 2
    Path("~").mkdir()
    Path("~/a.png").write_bytes(b"")
    assert "~/a.png: the file is empty" in run("predict", "~/a.png", "--model", trained).err


class TestOut:
    def test_answers_in_a_file(self, run: Run, course: Path, trained: Path) -> None:
        folder = course / "new_images"
        for form in ("text", "csv", "json"):
            common = ("predict", folder, "gone.png", "--model", trained, "--format", form)
            shown, kept = run(*common), run(*common, "--out", f"new/{form}")
            assert (kept.status, kept.out, kept.err) == (1, "", shown.err)
            assert Path(f"new/{form}").read_bytes().decode("utf-8") == shown.out

    def test_the_mark_by_which_excel_knows_utf_8(self, run: Run, course: Path, trained: Path) -> None:
        Path("é.png").write_bytes((course / "new_images" / "predict01.png").read_bytes())
        common = ("predict", "é.png", "--model", trained, "--format", "csv", "--out", "a.csv")
        run(*common, "--encoding", "utf-8-sig")
        assert Path("a.csv").read_bytes().startswith(b"\xef\xbb\xbffile,")
        assert "é.png,A," in Path("a.csv").read_text("utf-8-sig")
        run(*common)
        assert Path("a.csv").read_bytes().startswith(b"file,")

    def test_whole_or_not_at_all(
        self, run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("a.txt").write_text("before")
        monkeypatch.setattr("charmlp.cli.predict.printable", interrupt)
        arguments = ("predict", course / "new_images", "--model", trained, "--out", "a.txt")
        assert run(*arguments).status == 130
        assert Path("a.txt").read_text("utf-8") == "before"

    def test_what_cannot_be_written_is_told_first(self, run: Run, trained: Path, course: Path) -> None:
        Path("folder").mkdir()
        answer = run("predict", "gone.png", "--model", trained, "--out", "folder")
        assert answer.status == 1 and answer.err.startswith("charmlp: error: folder: a folder; a file is")


def interrupt(_: object) -> str:
    raise KeyboardInterrupt


def test_without_a_model_the_newest_runs_is_named(
    run: Run, course: Path, trained: Path, tmp_path: Path
) -> None:
    image = course / "new_images" / "predict01.png"
    Path("runs").mkdir()
    Path("runs/latest").write_text(str(trained))
    named, silent = run("predict", image), run("predict", image, "--model", trained)
    assert (named.out, silent.err) == (silent.out, "")
    assert "no --model: " in named.err and str(trained / "model.safetensors") in named.err
    assert re.search(r"validation accuracy \d+\.\d %, temperature \d\.?\d*$", named.err.rstrip())


def test_the_r_is_read_alike_on_every_ground(run: Run, trained: Path, tmp_path: Path) -> None:
    """Black and white on transparent, and 8 bits in a file of 16; a blank picture is no letter."""
    white, black = ink = (Image.new("LA", (40, 44), (255, 0)), Image.new("LA", (40, 44), (0, 0)))
    font = ImageFont.truetype(str(FONTS / "DejaVuSans.ttf"), 36)
    for picture, tone in zip(ink, (255, 0), strict=True):
        ImageDraw.Draw(picture).text((20, 22), "A", (tone, 255), font, anchor="mm")
    grey = read_grey(black, (44, 40))
    pictures = {
        "a.png": saved(black, "PNG"),
        "b.png": saved(white.convert("RGBA"), "PNG"),
        "c.png": saved(Image.fromarray(grey.astype(np.uint16)), "PNG"),
        "d.png": saved(Image.fromarray(grey.astype(np.uint16) * 16), "TIFF"),
        "e.png": saved(Image.new("LA", (40, 44), (255, 0)), "PNG"),
    }
    for name, content in pictures.items():
        (tmp_path / name).write_bytes(content)
    answer = run("predict", *(tmp_path / name for name in pictures), "--model", trained, "--format", "json")
    a, b, c, d = (entry["top"] for entry in json.loads(answer.out))
    assert a == c == d and answer.status == 1
    assert grey.tolist() == (255 - read_grey(white, (44, 40))).tolist() and b
    note, error = answer.err.splitlines()
    assert "c.png: a file of 16 bits with values of 8" in note and "e.png: blank: " in error


def test_a_folder_is_read_as_training_reads_it(run: Run, course: Path, trained: Path, tmp_path: Path) -> None:
    image = (course / "new_images" / "predict01.png").read_bytes()
    folder = tmp_path / "scans"
    for name in ("@/a.png", "deep/er/b.JPG_", "c", ".hidden/d.png", "@eaDir/e.png", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"words" if name == "notes.txt" else image)
    answer = run("predict", folder, "--model", trained, "--format", "json")
    assert answer.status == 0
    assert [Path(file).relative_to(folder).as_posix() for file in files(answer)] == [
        "@/a.png",
        "c",
        "deep/er/b.JPG_",
    ]
    assert answer.err.startswith("left out: notes.txt: not an image")


def test_a_bad_image_does_not_stop_the_others(run: Run, course: Path, trained: Path) -> None:
    Path("notes.png").write_text("no image")
    good = course / "new_images" / "predict01.png"
    answer = run("predict", "notes.png", good, "gone.png", "--model", trained, "--format", "json")
    assert answer.status == 1
    assert files(answer) == [str(good)]
    lines = answer.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("charmlp: error: notes.png: ")
    assert lines[1].startswith("charmlp: error: gone.png: no such file")


def test_no_image_at_all(run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("predict", "--model", trained).status == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("predict", empty, "--model", trained).status == 1


@pytest.mark.parametrize("topk", ["0", "-1", "two"])
def test_topk_that_is_no_number(run: Run, course: Path, trained: Path, topk: str) -> None:
    answer = run("predict", course / "new_images", "--model", trained, f"--topk={topk}")
    assert answer.status == 2
    assert "--topk" in answer.err


def test_the_python_face_says_the_same(course: Path, trained: Path, run: Run) -> None:
    import charmlp

    image = course / "new_images" / "predict01.png"
    prediction = charmlp.Recognizer.load(trained / "model.safetensors").predict(image, topk=2)
    entry = json.loads(run("predict", image, "--model", trained, "--format", "json", "--topk", "2").out)[0]
    assert (prediction.prediction, prediction.probability) == (entry["prediction"], entry["probability"])
    assert repr(prediction).startswith("Prediction('A', ")


class TestReject:
    """Below a probability no letter is given; the best guess stays to be seen."""

    @pytest.fixture
    def images(self, course: Path) -> list[Path]:
        return [course / "new_images" / name for name in ("predict01.png", "predict02.png")]

    def test_as_text(self, run: Run, trained: Path, images: list[Path]) -> None:
        plain = run("predict", *images, "--model", trained, "--topk", "2")
        unsure = run("predict", *images, "--model", trained, "--topk", "2", "--reject", "1")
        sure = run("predict", *images, "--model", trained, "--topk", "2", "--reject", "0")
        assert unsure.status == 0 and sure.out == plain.out
        expected = [": unsure (".join(line.split(": ")) + ")" for line in plain.out.splitlines()]
        assert unsure.out.splitlines() == expected

    def test_as_json(self, run: Run, trained: Path, images: list[Path]) -> None:
        common = ("predict", *images, "--model", trained, "--format", "json", "--topk", "3")
        plain, unsure = (json.loads(run(*common, *flags).out) for flags in ([], ["--reject", "1"]))
        assert [entry["prediction"] for entry in unsure] == [None, None]
        assert [entry | {"prediction": entry["top"][0]["class"]} for entry in unsure] == plain

    def test_as_a_table(self, run: Run, trained: Path, images: list[Path]) -> None:
        common = ("predict", *images, "--model", trained, "--format", "csv", "--topk", "2")
        plain, unsure, sure = (
            list(csv.DictReader(run(*common, *flags).out.splitlines()))
            for flags in ([], ["--reject", "1"], ["--reject", "0"])
        )
        assert [*plain[0]] == ["file", "prediction", "probability", "class_2", "probability_2"]
        assert [*unsure[0]] == [*plain[0], "guess"]
        for one, two, three in zip(plain, unsure, sure, strict=True):
            assert two == {**one, "prediction": "", "guess": one["prediction"]}
            assert three == {**one, "guess": one["prediction"]}


def test_what_is_read_with_which_temperature_is_said_where_it_is_asked_for(
    run: Run, course: Path, trained: Path
) -> None:
    command = ("predict", course / "new_images" / "predict01.png", "--model", trained)
    temperature = read_model(trained / "model.safetensors").temperature
    assert f"temperature {temperature:.3g} " in run(*command, "--verbose").err
    assert run(*command).err == ""
