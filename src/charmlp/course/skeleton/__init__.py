"""What `charmlp course new` writes: homework to fill in, or the frame of a project report; in both languages.

The files lie in texts/, as they are written, with `.txt` behind their names so that no tool takes them for
parts of this package. Those of `both` are the same in both languages.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

from charmlp.config.toml import read_toml
from charmlp.errors import CharmlpError

FACTS = "course.toml"  # says in which language a folder was made
GIVEN = ("letters.py", "results.py")  # which need nothing of the student
PLACES = {
    "gitignore": ".gitignore",
    "report.tex": "report/report.tex",
    "launch.json": ".vscode/launch.json",
    "train.run.xml": ".run/train.run.xml",
    "test.run.xml": ".run/test.run.xml",
    "predict.run.xml": ".run/predict.run.xml",
    "test_homework.run.xml": ".run/test_homework.run.xml",
}


def files(language: str) -> dict[str, str]:
    """The homework's files by their paths in the folder, but for the letters."""
    return texts(language) | texts("both")


def project_files(language: str) -> dict[str, str]:
    """Those of a project of one's own."""
    return texts(f"{language}-project") | {"results.py": texts(language)["results.py"]}


def texts(folder: str) -> dict[str, str]:
    """What lies in a folder of texts/, by the paths that it is written to."""
    found = {}
    for entry in (importlib.resources.files(__name__) / "texts" / folder).iterdir():
        name = entry.name.removesuffix(".txt")
        found[PLACES.get(name, name)] = entry.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


def language_of(folder: Path) -> str | None:
    """The language that a folder was made in; None where it does not say."""
    try:
        language = read_toml((folder / FACTS).read_text("utf-8"), FACTS).get("language")
    except (OSError, ValueError, CharmlpError):
        return None
    return language if language in ("en", "zh") else None
