"""Which language is spoken: `--lang`, CHARMLP_LANG, the locale; and pictures where no font has Chinese."""

from __future__ import annotations

import pytest

from charmlp.cli import language_in
from charmlp.drawing import fonts
from charmlp.language import VARIABLES, speaking, spoken, usual


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
        ({"CHARMLP_LANG": "zh", "LC_ALL": "C"}, "zh"),
        ({"CHARMLP_LANG": "en", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_environment_decides(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert spoken() == language


def test_the_systems_locale_decides_where_no_variable_does(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for name, language in (
        ("Chinese (Simplified)_China", "zh"),
        ("zh_CN", "zh"),
        ("German", "en"),
        (None, "en"),
    ):
        monkeypatch.setattr("locale.getlocale", lambda name=name: (name, "cp936"))
        assert spoken() == language


def test_what_is_chosen_comes_first() -> None:
    with speaking("zh"):
        assert (spoken(), usual()) == ("zh", "en")
    assert spoken() == "en"


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ("train --lang zh", "zh"),
        ("--lang=zh train", "zh"),
        ("train photos", None),
        ("train --lang fr", None),
        ("predict --lang", None),
        ("predict -- --lang zh", None),
    ],
)
def test_the_flag_is_heeded_before_all_others(arguments: str, language: str | None) -> None:
    assert language_in(arguments.split()) == language


def test_a_picture_speaks_english_where_no_font_has_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking("zh"), monkeypatch.context() as patch:
        patch.setattr(fonts, "has_all", lambda font, text: True)  # this machine may have such a font or none
        assert fonts.written("learning rate") == "学习率"
    monkeypatch.setattr(fonts, "FALLBACK_FONTS", {})
    with speaking("zh"):
        assert fonts.written("learning rate") == "learning rate"
