"""Both languages say the same things, and whatever can be said has its words."""

from __future__ import annotations

import functools
import re
import string
from pathlib import Path

from charmlp.course.exercises import judging
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.judging import Explanation, never
from charmlp.course.exercises.kind import Options
from charmlp.course.exercises.kinds import kind_of, names
from charmlp.course.exercises.known import is_known
from charmlp.course.exercises.slips import SLIPS
from charmlp.course.exercises.step import Slip
from charmlp.language.words import sentences

FLAGS = {
    "backprop": [{"act": act, "lr": 0.1} for act in ("relu", "leaky_relu", "sigmoid", "tanh")],
    "optimizer": [{"optim_type": name} for name in ("sgd", "adagrad", "rmsprop", "adam", "adadelta")],
    "scalars": [{}] * 8,
}
EVERYWHERE = re.findall(r'Slip\("([\w-]+)", never', Path(judging.__file__).read_text(encoding="utf-8"))


@functools.cache
def calculations() -> list[Calculation]:
    made = [
        kind_of(name).make(Options(seed=seed, **flags))
        for name in names()
        for seed, flags in enumerate(FLAGS.get(name, [{}]))
    ]
    return [problem for problem in made if isinstance(problem, Calculation)]


def blanks(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_languages_have_the_same_sentences_with_the_same_blanks() -> None:
    english, chinese = (
        sentences("charmlp.course.exercises.words", "en"),
        sentences("charmlp.course.exercises.words", "zh"),
    )
    assert list(english) == list(chinese)
    assert [key for key in english if blanks(english[key]) != blanks(chinese[key])] == []
    assert all(english.values()) and all(chinese.values())


def test_every_mistake_can_be_said() -> None:
    """Of each step's mistakes, where they can be made, with no blank left open, in the language asked for."""
    said = set()
    for calculation in calculations():
        for step in calculation.steps:
            anywhere = [Slip(name, never, {"other": "x"}) for name in EVERYWHERE]
            made = [
                slip
                for slip in step.operation.slips
                if judging.slipped(step, slip, calculation.right) is not None
            ]
            for slip in {slip.mistake: slip for slip in (*made, *anywhere)}.values():
                texts = [judging.sentence(step, Explanation(slip), language) for language in ("en", "zh")]
                assert not re.search(r"[{}]", "".join(texts)), (step.name, slip.mistake, texts)
                assert [bool(re.search("[\u4e00-\u9fff]", text)) for text in texts] == [False, True]
                said.add(slip.mistake)
    assert said >= set(EVERYWHERE) and len(said) > 90


def test_no_sentence_is_left_over() -> None:
    """Each of a slip is that of a slip that there is."""
    own = {
        slip.mistake
        for calculation in calculations()
        for step in calculation.steps
        for slip in step.operation.slips
    }
    own |= {slip.mistake for some in SLIPS.values() for slip in some} | set(EVERYWHERE)
    spoken = {
        key.removeprefix("slip.")
        for key in sentences("charmlp.course.exercises.words", "en")
        if key.startswith("slip.")
    }
    assert spoken == {name for name in own if not is_known(name)} | {"term-forgotten", "term-sign"}
