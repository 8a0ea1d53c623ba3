"""`charmlp predict --explain`: a picture and some sentences each, and what can be wrong with the flags."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from charmlp.cli.explaining import Explainer
from tests.cli.conftest import Result
from tests.cli.test_predict import give

Run = Callable[..., Result]


def pictures(folder: str | Path) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_a_picture_and_sentences_for_each_image(run: Run, course: Path, trained: Path) -> None:
    answer = run("predict", course / "new_images", "--model", trained, "--explain", "why")
    assert answer.status == 0 and answer.err == ""
    first, second = answer.out.split(f"{course / 'new_images' / 'predict02.png'}: ")
    lines = first.splitlines()
    assert lines[0].startswith(f"{course / 'new_images' / 'predict01.png'}: A ")
    assert lines[1].startswith("  A and not ") and lines[2].startswith("  Strongest for A: ")
    assert "training letters most like it are A; the nearest, " in lines[3]
    assert lines[4:] == [f"  picture  {Path('why') / 'predict01-explained.png'}"]
    assert second.startswith("B ") and len(second.splitlines()) == 5
    assert pictures("why") == ["predict01-explained.png", "predict02-explained.png"]
    for name in pictures("why"):
        with Image.open(Path("why", name)) as picture:
            assert picture.format == "PNG" and picture.width == 1200


def test_json_has_the_facts(run: Run, course: Path, trained: Path) -> None:
    image = course / "new_images" / "predict01.png"
    flags = ("--model", trained, "--explain", "why", "--format", "json", "--against", "T")
    answer = run("predict", image, *flags)
    (entry,) = json.loads(answer.out)
    why = entry["explanation"]
    assert (entry["prediction"], why["guess"], why["other"]) == ("A", "A", "T")
    assert why["method"] == "exact" and Path(why["picture"]).is_file()
    total = sum(map(sum, why["pixels"])) + why["bias"]
    assert total == pytest.approx(why["logits"]["A"]["logit"] - why["logits"]["T"]["logit"], abs=1e-5)
    assert len(why["neighbours"]) == 8 and len(why["units"]) == 6
    (plain,) = json.loads(run("predict", image, "--model", trained, "--format", "json").out)
    del entry["explanation"]
    assert plain == entry


def test_a_table_stays_as_it_is(run: Run, course: Path, trained: Path) -> None:
    flags = ("predict", course / "new_images", "--model", trained, "--format", "csv")
    with_pictures = run(*flags, "--explain", "why")
    assert with_pictures.out == run(*flags).out and len(list(csv.reader(io.StringIO(with_pictures.out)))) == 3
    assert len(pictures("why")) == 2


def test_images_of_one_name_do_not_overwrite_each_other(run: Run, course: Path, trained: Path) -> None:
    for folder, name in (("a", "x.png"), ("b", "x.png"), ("c", "X.png")):
        Path(folder).mkdir()
        shutil.copy(course / "new_images" / "predict01.png", Path(folder, name))
    answer = run("predict", "a", "b", "c", "--model", trained, "--explain", "why", "--format", "json")
    files = [entry["explanation"]["picture"] for entry in json.loads(answer.out)]
    names = ["x-explained.png", "x-explained-2.png", "X-explained-3.png"]
    assert files == [str(Path("why", name)) for name in names] and pictures("why") == sorted(names)


def test_names_are_their_own() -> None:
    explainer = Explainer(None, Path(), None, None)  # type: ignore[arg-type]  # names need no model
    names = [explainer.new_name(stem) for stem in ("a", "a", "a-explained", "A", "a-explained-2", "字")]
    assert len({name.lower() for name in names}) == len(names)


def test_standard_input_and_bad_images(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, (course / "new_images" / "predict01.png").read_bytes())
    answer = run("predict", "-", "--model", trained, "--explain", "why")
    assert answer.status == 0 and answer.out.startswith("-: A ")
    assert pictures("why") == ["standard-input-explained.png"]
    long = Path(f"{'字' * 80}.png")
    shutil.copy(course / "new_images" / "predict01.png", long)
    answer = run("predict", "gone.png", long, "--model", trained, "--explain", "why")
    assert answer.status == 1 and "gone.png: no such file" in answer.err and answer.out.startswith(str(long))
    assert f"{'字' * 60}-explained.png" in pictures("why")


def test_training_letters_are_those_of_data_or_not_there(run: Run, course: Path, trained: Path) -> None:
    shutil.copy(trained / "model.safetensors", "m.safetensors")
    image = course / "new_images" / "predict01.png"
    answer = run("predict", image, "--model", "m.safetensors", "--explain", "why")
    assert answer.status == 0 and "training letters" not in answer.out
    assert answer.err.startswith("no training letters to compare with: ") and "give --data" in answer.err
    Path("config.toml").write_bytes(b"\xff\xfe\x00 = [")
    answer = run("predict", image, "--model", "m.safetensors", "--explain", "why")
    assert answer.status == 0 and answer.err.startswith("no training letters to compare with: ")
    answer = run("predict", image, "--model", "m.safetensors", "--explain", "why", "--data", course)
    assert answer.err == "" and "training letters most like it" in answer.out
    answer = run("predict", image, "--model", "m.safetensors", "--explain", "why", "--data", "gone")
    assert answer.status == 1 and answer.err.startswith("charmlp: error: gone: no such file or folder")


@pytest.mark.parametrize(
    ("flags", "status", "words"),
    [
        (("--against", "A"), 2, "--against goes with --explain DIR"),
        (("--data", "x"), 2, "--data goes with --explain DIR"),
        (("--explain", "file"), 2, "--explain: file is a file; a folder is expected"),
        (("--explain", "why", "--against", "Ä"), 2, '--against: the model has no class "Ä"'),
        (("--explain", "images"), 2, "--explain: images lies in images, where its pictures would be read as"),
        (("--explain", "images/why"), 2, "--explain: images/why lies in images"),
        (("--explain", "file/why"), 1, "file is not a folder"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_read(
    run: Run, course: Path, trained: Path, flags: tuple[str, ...], status: int, words: str
) -> None:
    Path("file").touch()
    Path("images").mkdir()
    shutil.copy(course / "new_images" / "predict01.png", "images")
    answer = run("predict", "images", "--model", trained, *flags)
    assert (answer.status, answer.out) == (status, "")
    assert answer.err.startswith("charmlp: error: ") and words in answer.err and answer.err.count("\n") == 1
    assert pictures("images") == ["predict01.png"] and not Path("why").exists()
