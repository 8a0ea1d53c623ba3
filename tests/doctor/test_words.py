"""Both languages say the same things, and every mistake has its words and its page."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

import charmlp.doctor
from charmlp.cli.doctor import exit_status
from charmlp.doctor.catalogue import NUMBERS, ROWS, page
from charmlp.doctor.diagnosis import Diagnosis, unpacked
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import Mistake, phrase
from charmlp.doctor.words import LANGUAGES, filling, in_chinese, say
from tests.doctor.wrong_ones import WRONG
from tests.sampling import one_in

ROOT = Path(__file__).resolve().parents[2]


def blanks(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_languages_have_the_same_sentences_with_the_same_blanks() -> None:
    english, chinese = LANGUAGES["en"], LANGUAGES["zh"]
    assert set(english) == set(chinese)
    assert [key for key in english if blanks(english[key]) != blanks(chinese[key])] == []
    assert [key for key in english if not english[key].strip() or not chinese[key].strip()] == []


def test_a_hint_does_not_give_the_solution_away() -> None:
    english = LANGUAGES["en"]
    fixes = {key.partition(":")[0]: text for key, text in english.items() if key.endswith(":fix")}
    assert all(fixes[name] not in english[f"{name}:hint"] for name in fixes if f"{name}:hint" in english)


def test_every_name_has_all_its_words() -> None:
    english = LANGUAGES["en"]
    for name in NUMBERS:
        if name == "kink-choice":  # a note, not a mistake
            continue
        assert any(key.startswith(f"{name}") and key.endswith(":text") for key in english), name
        assert {f"{name}:hint", f"{name}:fix"} <= set(english), name


@pytest.mark.parametrize("wrong", one_in(2, WRONG[::3]), ids=str)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_blank_stays_open(wrong: object, language: str) -> None:
    diagnosis = charmlp.doctor.examine(wrong.function, kind=wrong.kind)  # type: ignore[attr-defined]
    for mistake in diagnosis.mistakes:
        words = [*mistake.hints(language), mistake.first_text(language)]
        assert not any("{" in text or "}" in text for text in words), words
        assert all(words) and mistake.evidence
        if language == "zh":
            assert english_words("\n".join(words)) == set(), words
    assert unpacked(asdict(diagnosis)).to_dict(language) == diagnosis.to_dict(language)


def solutions_in(mistake: Mistake, texts: list[str]) -> list[str]:
    """Which of the texts say the right formula; of a wrong forward, what is meant is no solution."""
    known = [filling(mistake.values.get(name, ""), "en") for name in ("right", "derivative")]
    telling = [words for words in known if len(words) > 3 and mistake.name != "forward-wrong"]
    return [text for text in texts if any(words in text for words in telling)]


@pytest.mark.parametrize("wrong", one_in(3, WRONG), ids=str)
def test_the_report_keeps_the_solution_to_itself(wrong: object) -> None:
    """The right formula is said at level 4 or 5, not before."""
    diagnosis = charmlp.doctor.examine(wrong.function, kind=wrong.kind)  # type: ignore[attr-defined]
    for mistake in diagnosis.mistakes:
        assert solutions_in(mistake, [mistake.first_text("en"), *mistake.hints("en")[:3]]) == []


def test_a_solution_that_is_said_is_found() -> None:
    mistake = Mistake("wrong-formula", values={"found": "g · y", "right": "g · y (1 − y)"})
    assert solutions_in(mistake, mistake.hints("en")) == [mistake.text("en"), mistake.fix("en")]
    assert solutions_in(mistake, [mistake.first_text("en")]) == []


# Names of functions, of code and of symbols: they are written so in Chinese as well
CODE = {
    "astype", "backward", "clamp", "clone", "copy", "ctx", "diag", "dirty", "dtype", "exp", "float",
    "for", "forward", "hot", "inf", "label", "LeakyReLU", "like", "log", "logits", "mark", "mask", "max",
    "mean", "min", "nan", "None", "NumPy", "one", "Python", "PyTorch", "ReLU", "return", "save",
    "sigmoid", "sign", "softmax", "softplus", "sum", "tanh", "to", "torch", "zeros",
}  # fmt: skip


def english_words(text: str) -> set[str]:
    """Words of a Chinese report that are neither code nor symbols nor an exception's own message."""
    text = re.sub(r"\w+Error: .*", "", text)
    return {
        word for word in re.findall(r"[A-Za-z]{2,}", text) if not re.fullmatch(r"a\d|gx|input", word)
    } - CODE


def phrases_of_kinds() -> Iterator[tuple[str, str]]:
    """All that the files in kinds/ bring into a report, in Chinese."""
    for kind in kinds().values():
        gradients = kind.gradients.values()
        texts = [form.text for form in kind.forms] + [gradient.right for gradient in gradients]
        texts += [wrong.written for gradient in gradients for wrong in gradient.wrong]
        yield from ((kind.name, filling(text, "zh")) for text in texts)


def test_no_kind_brings_english_into_a_chinese_report() -> None:
    """Its words are given in both languages, or formulas.zh.txt has them."""
    functions = CODE | {"elu", "erf", "sqrt", "logsumexp", "where", "abs", "dp", "table", "index", "relu"}
    left = {
        (kind, text)
        for kind, text in phrases_of_kinds()
        if english_words(re.sub(r"\{[^}]*\}", "", text)) - functions
    }
    assert left == set()


def test_english_in_a_chinese_report_is_found() -> None:
    assert english_words("算的是 the mean over the batch") == {"the", "mean", "over", "batch"} - CODE
    assert (
        in_chinese("a formula that nobody has put into Chinese")
        == "a formula that nobody has put into Chinese"
    )


def test_formulas_are_said_in_the_language_of_the_report() -> None:
    values = {"found": "the mean over the batch", "right": "with log(q + 1e-09)"}
    assert say("forward-wrong.form:text", "en", values).count("the mean over the batch") == 1
    chinese = say("forward-wrong.form:text", "zh", values)
    assert "对整批求平均" in chinese and "用 log(q + 1e-09) 代替 log q" in chinese


SOLUTIONS = re.compile(
    r"\{right\} is right|lacks the|not subtracted|is right only|must be (summed|added|turned)|twice:"
)


def test_what_gives_the_solution_away_has_something_to_say_first() -> None:
    english, chinese = LANGUAGES["en"], LANGUAGES["zh"]
    texts = {key: text for key, text in english.items() if key.endswith(":text")}
    firsts = {key.removesuffix("-first") for key in english if key.endswith(":text-first")}
    assert firsts <= set(texts)
    assert {key for key, text in texts.items() if SOLUTIONS.search(text)} - firsts == set()
    assert [key for key in firsts if SOLUTIONS.search(english[f"{key}-first"])] == []
    assert [key for key in firsts if chinese[f"{key}-first"] == chinese[key]] == []


def test_alternatives_that_look_alike_are_said_once_at_first() -> None:
    """The texts of both are said where they are asked for."""
    mistake = Mistake(
        "missing-mean", alternatives=(Mistake("wrong-divisor", "missing"), Mistake("missing-mean"))
    )
    assert mistake.gives_solution_away
    assert mistake.first_text("en") == (
        "Consistent with either: The gradient is N times too large. Or: The gradient is C times too large."
    )
    assert mistake.text("en").count("lacks the 1/N") == 1


@pytest.mark.parametrize(
    ("kind", "square"), [("mse", True), ("l2_penalty", True), ("cross_entropy", False), ("", False)]
)
@pytest.mark.parametrize("variant", ["twice", "half"])
def test_factor_two_speaks_of_a_square_where_there_is_one(kind: str, square: bool, variant: str) -> None:
    mistake = Mistake("factor-two", variant, kind=kind)
    said = "\n".join(mistake.hints("en")) + "\n".join(mistake.hints("zh"))
    assert (("square" in said), ("平方" in said), ("²" in said)) == (square, square, square)


def test_what_is_not_written_yet_is_one_line() -> None:
    diagnosis = Diagnosis("net.py:MyReLU", "relu", unwritten=phrase("unwritten", method="backward"))
    assert diagnosis.verdict == "unwritten" and not diagnosis
    assert str(diagnosis) == "net.py:MyReLU (as relu): backward is not written yet"
    assert diagnosis.text("zh") == "net.py:MyReLU (视为 relu): backward 还没有写"
    entry = diagnosis.to_dict("en")
    assert (entry["verdict"], entry["error"]) == ("unwritten", "backward is not written yet")
    assert unpacked(asdict(diagnosis)) == diagnosis
    assert "backward is not written yet" in diagnosis._repr_html_()
    assert exit_status([diagnosis]) == 1
    assert exit_status([Diagnosis("f", None), diagnosis]) == 1


def test_a_report_is_in_the_language_of_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    diagnosis = Diagnosis("f", None, (Mistake("sign-flipped", evidence=(phrase("ratio", r1="-1"),)),))
    assert "wrong sign" in str(diagnosis) and "wrong sign" in str(diagnosis.mistakes[0])
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "符号反了" in str(diagnosis) and "符号反了" in str(diagnosis.mistakes[0])
    assert "符号反了" in diagnosis._repr_html_() and "符号反了" in diagnosis.to_dict()["mistakes"][0]["text"]
    assert "wrong sign" in diagnosis.text("en") and "--lang en" in diagnosis.text("en")


def test_numbers_and_names_are_stable() -> None:
    """Other programs rely on them: a change here is a change of the interface."""
    assert list(ROWS) == list(range(1, 35))
    assert ROWS[1] == "missing-mean" and ROWS[17] == "kink-choice" and ROWS[34] == "slope-of-upstream"
    assert len(set(ROWS.values())) == 34
    assert {name for name, number in NUMBERS.items() if number is None} == {
        "constant-factor", "wrong-formula", "backward-raises", "engine-refuses", "structure", "unrecognised"
    }  # fmt: skip
    assert Mistake("constant-factor").row is None


def test_an_unknown_blank_stays_visible() -> None:
    assert say("raises", "en", {}) == "{error}"
    assert say("healthy", "xx", {}) == "healthy"


def test_every_page_is_there() -> None:
    """In English and in Chinese; the report in Chinese names the Chinese one."""
    pages = {
        page(name, of_kind) for name in NUMBERS for of_kind in ("chain", *(k.page for k in kinds().values()))
    }
    wanted = pages | {name.replace(".md", ".zh-CN.md") for name in pages}
    assert [name for name in sorted(wanted) if not (ROOT / name).is_file()] == []
    assert len(pages) > 5


@pytest.mark.parametrize("name", ["doctor.md", "doctor.zh-CN.md"])
def test_the_manual_has_every_row(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert [row for row, slug in ROWS.items() if f"| {row} | `{slug}` |" not in text] == []
    assert all(f"`{slug}`" in text for slug in NUMBERS)
    assert "charmlp doctor --help" in text  # which lists the kinds
