"""How far a homework is: what is right is called right, and each planted mistake by its name."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

pytest.importorskip("torch")

from charmlp.course.checking import check_folder
from charmlp.course.checking.judging import judge
from charmlp.course.checking.results import Result, fault
from charmlp.course.checking.supervisor import check_place, waits
from charmlp.course.skeleton import files
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS, TASKS
from charmlp.errors import CharmlpError
from charmlp.language import LANGUAGES
from charmlp.language.words import sentences
from tests.course.broken import BROKEN, FRESH, OTHERS_RIGHT, Broken
from tests.course.solution import SOLUTION, filled

TASK = {task.name: task for task in TASKS}
QUICK = {"mlp", "training-step", "prediction"}  # which need no doctor
LOSS, PREDICT = "losses.py: CrossEntropyLoss", "recognition.py: predict"
CODE = [name for name in files("en") if name.endswith(".py")]


def homework(folder: Path, **changed: str) -> Path:
    """A folder with the solution, but for what is changed."""
    for name in CODE:
        (folder / name).write_text(filled(files("en")[name], {**SOLUTION, **changed}), "utf-8")
    return folder


def skeleton(folder: Path) -> Path:
    for name in CODE:
        (folder / name).write_text(files("en")[name], "utf-8")
    return folder


def check(broken: Broken, folder: Path) -> None:
    result = judge(TASK[broken.task], homework(folder, **{broken.place: broken.code}))
    assert (result.status, result.faults[0].name) == (MISTAKEN, broken.name), result


@pytest.mark.parametrize("broken", [one for one in BROKEN if one.task in QUICK], ids=lambda one: one.name)
def test_a_mistake_is_named(tmp_path: Path, broken: Broken) -> None:
    check(broken, tmp_path)


SLOW = [one for one in BROKEN if one.task not in QUICK] + FRESH


@pytest.mark.full
@pytest.mark.parametrize("broken", SLOW, ids=lambda one: one.name)
def test_a_mistake_in_an_operation_is_named(tmp_path: Path, broken: Broken) -> None:
    check(broken, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("other", OTHERS_RIGHT, ids=lambda one: one.task)
def test_what_is_right_in_another_way_is_right(tmp_path: Path, other: Broken) -> None:
    folder = homework(tmp_path, **{other.place: other.code})
    assert judge(TASK[other.task], folder) == Result(other.task, RIGHT)


def test_every_task_is_broken_in_five_ways_at_least() -> None:
    counts = {task.name: sum(one.task == task.name for one in BROKEN) for task in TASKS if task.place}
    assert min(counts.values()) >= 5


@pytest.mark.parametrize("name", ["linear-backward", "relu", *sorted(QUICK)])
def test_what_is_right_is_called_right(tmp_path: Path, name: str) -> None:
    assert judge(TASK[name], homework(tmp_path)) == Result(name, RIGHT)


def test_a_task_is_judged_alone(tmp_path: Path) -> None:
    """Whatever the other files hold, even if they cannot be read."""
    homework(tmp_path)
    for name in ("activations.py", "losses.py", "results.py"):
        (tmp_path / name).write_text("def (", "utf-8")
    assert judge(TASK["mlp"], tmp_path).status == RIGHT
    changed = {"network.py: LinearFunction.forward": "return x", "network.py: MLP": "pass"}
    homework(tmp_path, **changed)
    assert judge(TASK["training-step"], tmp_path).status == RIGHT


def test_backward_needs_no_forward_that_is_written(tmp_path: Path) -> None:
    left = {f"{LOSS}.forward": f'raise NotImplementedError("{LOSS}.forward")'}
    assert judge(TASK["cross-entropy-backward"], homework(tmp_path, **left)).status == RIGHT
    wrong = {f"{LOSS}.backward": "return g * q / len(labels), None"}
    found = judge(TASK["cross-entropy-backward"], homework(tmp_path, **left, **wrong))
    assert [fault.name for fault in found.faults] == ["target-forgotten"]


@pytest.mark.parametrize(
    ("place", "code", "task", "status", "words"),
    [
        ("activations.py: ReLU.backward", None, "relu", RUNS, "backward is not written"),
        ("activations.py: ReLU.forward", None, "relu", RUNS, "forward is not written"),
        (PREDICT, "return (", "prediction", MISTAKEN, "recognition.py: syntax error in line"),
        (PREDICT, "raise SystemExit(3)", "prediction", MISTAKEN, "predict breaks off: SystemExit"),
    ],
)
def test_what_cannot_be_judged_is_said_in_a_line(
    tmp_path: Path, place: str, code: str | None, task: str, status: str, words: str
) -> None:
    left = f'raise NotImplementedError("{place}")' if code is None else code
    result = judge(TASK[task], homework(tmp_path, **{place: left}))
    said = "" if result.remark is None else result.remark["en"]
    assert (result.status, result.faults) == (status, ()) and words in said and "\n" not in said


def test_nothing_is_begun_in_a_new_folder(tmp_path: Path) -> None:
    heard: list[str] = []
    results = check_folder(skeleton(tmp_path), done=lambda result: heard.append(result.task))
    assert [result.task for result in results] == [task.name for task in TASKS]
    assert {result.status for result in results} == {NOT_BEGUN}
    assert sorted(heard) == sorted(TASK)
    again = [Result.from_json(json.loads(json.dumps(result.to_json()))) for result in results]
    assert again == results


def test_files_that_are_not_there_or_too_large_are_not_run(tmp_path: Path) -> None:
    with (tmp_path / "network.py").open("wb") as file:
        file.truncate(2**20 + 1)
    results = {result.task: result for result in check_folder(tmp_path)}
    assert results["mlp"].status == MISTAKEN and results["relu"].status == NOT_BEGUN
    assert [results[name].remark["en"][:17] for name in ("mlp", "relu")] == [  # type: ignore[index]
        "network.py is lar",
        "activations.py is",
    ]


def test_the_whole_program_waits_for_the_others() -> None:
    right = [Result(task.name, RIGHT) for task in TASKS[:-1]]
    assert waits(right) is None
    for status, own in ((NOT_BEGUN, NOT_BEGUN), (MISTAKEN, RUNS)):
        waiting = waits([*right[:-1], Result("prediction", status)])
        assert waiting is not None and waiting.status == own


@pytest.mark.parametrize(("name", "words"), [("none", "no such folder"), (".", "holds none of network.py")])
def test_a_folder_without_homework_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(CharmlpError, match=words):
        check_place(tmp_path / name)


def test_both_languages_say_everything() -> None:
    english, chinese = (sentences("charmlp.course.checking.words", language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        blanks = [
            {name for _, name, *_ in string.Formatter().parse(text) if name}
            for text in (sentence, chinese[key])
        ]
        assert blanks[0] == blanks[1], key
        assert "{" in chinese[key] or key.endswith(":fix") or re.search("[\u4e00-\u9fff]", chinese[key]), key


def test_every_mistake_of_ours_has_its_five_levels() -> None:
    names = {key.partition(":")[0] for key in sentences("charmlp.course.checking.words", "en") if ":" in key}
    for name in names:
        found = fault(name, "chain", "structure")
        assert [bool(hint) for hint in found.hints["en"]] == [True, False, True, True, True]
    used = {one.name for one in BROKEN + FRESH if one.task in QUICK} - {"structure"}
    assert used <= names


@pytest.mark.full
def test_the_solution_is_right(tmp_path: Path) -> None:
    results = check_folder(homework(tmp_path))
    assert {result.status for result in results} == {RIGHT}
    assert results[-1].remark is not None and "a short training reads" in results[-1].remark["en"]


@pytest.mark.full
def test_hostile_code_costs_its_own_task_and_a_line(tmp_path: Path) -> None:
    """It loops, ends the process, prints, forks, deletes: all other tasks are judged."""
    keep = tmp_path / "keep.txt"
    keep.write_text("mine", "utf-8")
    changed = {
        "activations.py: ReLU.forward": "while True: pass",
        "activations.py: Sigmoid.forward": "import os; os._exit(7)",
        "activations.py: Tanh.backward": (
            "import os, pathlib\nprint('x' * 10**6)\n"
            "[path.unlink() for path in pathlib.Path('.').glob('*.py')]\n"
            "(h,) = ctx.saved_tensors\nreturn g * (1 - h * h)"
        ),
        "losses.py: CrossEntropyLoss.forward": (
            "import os, time\nif hasattr(os, 'fork') and not hasattr(os, 'forked'):\n"
            "    os.forked = True\n    os.fork() or time.sleep(1000)\n"
            + SOLUTION["losses.py: CrossEntropyLoss.forward"]
        ),
        "recognition.py: predict": "import json\njson.dumps = None\nraise KeyboardInterrupt",
    }
    results = {result.task: result for result in check_folder(homework(tmp_path, **changed), timeout=20)}
    remarks = {name: result.remark["en"] for name, result in results.items() if result.remark is not None}
    assert "no answer within 20 s" in remarks["relu"]
    assert "exit status 7" in remarks["sigmoid"]
    assert "KeyboardInterrupt" in remarks["prediction"]
    right = {name for name, result in results.items() if result.status == RIGHT}
    assert right >= {"linear-forward", "linear-backward", "tanh", "mlp", "training-step"}
    assert all("\n" not in remark for remark in remarks.values())
    assert keep.read_text("utf-8") == "mine" and (tmp_path / "network.py").is_file()


@pytest.mark.full
def test_a_program_that_does_not_learn_is_seen(tmp_path: Path) -> None:
    """Every TODO is right, and a given line has been changed."""
    homework(tmp_path)
    network = tmp_path / "network.py"
    given = "bound = input_size**-0.5"
    assert given in network.read_text("utf-8")
    network.write_text(network.read_text("utf-8").replace(given, "bound = 0.0"), "utf-8")
    result = check_folder(tmp_path)[-1]
    assert (result.task, result.status, result.faults[0].name) == ("program", MISTAKEN, "does-not-learn")
