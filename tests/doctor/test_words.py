"""Both languages say the same things, and every mistake has its words and its page."""

from __future__ import annotations

import string
from dataclasses import asdict
from pathlib import Path

import pytest

import charmlp.doctor
from charmlp.doctor.catalogue import NUMBERS, ROWS, page
from charmlp.doctor.diagnosis import unpacked
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import Mistake
from charmlp.doctor.words import LANGUAGES, locale_language, say
from tests.doctor.wrong_ones import WRONG

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


@pytest.mark.parametrize("wrong", WRONG[::3], ids=str)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_blank_stays_open(wrong: object, language: str) -> None:
    diagnosis = charmlp.doctor.examine(wrong.function, kind=wrong.kind)  # type: ignore[attr-defined]
    for mistake in diagnosis.mistakes:
        words = [
            mistake.text(language),
            mistake.hint(language),
            mistake.fix(language),
            mistake.evidence_text(language),
        ]
        assert not any("{" in text or "}" in text for text in words), words
        assert mistake.evidence
    assert unpacked(asdict(diagnosis)).to_dict(language) == diagnosis.to_dict(language)


def test_numbers_and_names_are_stable() -> None:
    """Other programs rely on them: a change here is a change of the interface."""
    assert list(ROWS) == list(range(1, 35))
    assert ROWS[1] == "missing-mean" and ROWS[17] == "kink-choice" and ROWS[34] == "slope-of-upstream"
    assert len(set(ROWS.values())) == 34
    assert {name for name, number in NUMBERS.items() if number is None} == {
        "constant-factor", "wrong-formula", "backward-raises", "engine-refuses", "unrecognised"
    }  # fmt: skip
    assert Mistake("constant-factor").row is None


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_locale_decides(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert locale_language() == language


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
