"""What is missing is named so that it can be installed."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

from charmlp.errors import MissingExtraError
from charmlp.system import extras
from charmlp.system.extras import install_command, require_extra

REQUIREMENTS = [
    "numpy>=1.26",
    "tomli>=2; python_version < '3.11'",
    "torch>=2.4; extra == 'torch'",
    'pyarrow (>=17) ; extra == "parquet"',
    "torch>=2.4; extra == 'all'",
    "pyarrow>=17; extra == 'all'",
    "atheris; (sys_platform == 'linux') and extra == 'fuzz'",
]


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(metadata, "requires", lambda name: REQUIREMENTS if name == "charmlp" else None)


@pytest.mark.parametrize(
    ("extra", "command"),
    [
        ("torch", 'pip install "torch>=2.4"'),
        ("parquet", 'pip install "pyarrow>=17"'),
        ("all", 'pip install "pyarrow>=17" "torch>=2.4"'),
        ("fuzz", "pip install atheris"),
        ("sklearn", "pip install scikit-learn"),
        ("tor", "pip install tor"),
    ],
)
def test_the_packages_come_from_the_installed_metadata(extra: str, command: str) -> None:
    assert install_command(extra) == command


def test_on_linux_torch_comes_without_the_libraries_for_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    small = 'pip install "torch>=2.4" --index-url https://download.pytorch.org/whl/cpu'
    assert install_command("torch") == small
    assert install_command("torch", gpu=True) == 'pip install "torch>=2.4"'
    assert install_command("parquet") == 'pip install "pyarrow>=17"'  # is not in that index


def test_a_charmlp_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", none)
    assert install_command("torch") == "pip install torch"
    assert install_command("parquet") == "pip install pyarrow"


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError) as told:
        require_extra("torch", "torch", "a .pth file")
    words = 'a .pth file needs torch, which is not installed: pip install "torch>=2.4"'
    assert str(told.value) == words


def test_a_package_that_is_there_but_broken_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text("import no_such_package_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package_at_all"):
        require_extra("half_there", "torch", "a .pth file")


def test_every_extra_that_is_asked_for_is_declared() -> None:
    """Read from the sources: `require_extra("module", "extra", …)`; negative control below."""
    asked = asked_extras("\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py")))
    assert {"torch", "parquet"} <= asked <= declared()
    assert not asked_extras('require_extra("x", "none such", "…")') <= declared()


PACKAGE = Path(extras.__file__).parents[1]


def test_what_pages_tell_to_install_is_what_the_extras_name() -> None:
    root = PACKAGE.parents[1]
    pyproject = (root / "pyproject.toml").read_text("utf-8")
    for page in (*root.glob("*.md"), *root.glob("docs/**/*.md")):
        text = page.read_text("utf-8")
        assert "charmlp[" not in text, f"{page}: charmlp is not on PyPI"
        for package in re.findall(r'pip install "([^".]+[<>=]=[^"]+)"', text):
            assert f'"{package}"' in pyproject, f"{page}: {package}"
    assert 'pip install "torch>=2.4"' in (root / "README.md").read_text("utf-8")


def asked_extras(source: str) -> set[str]:
    return set(re.findall(r"""require_extra\(\s*"[\w.]+",\s*"([^"]+)\"""", source))


def declared() -> set[str]:
    pyproject = (PACKAGE.parents[1] / "pyproject.toml").read_text("utf-8")
    lines = pyproject.partition("[project.optional-dependencies]")[2].partition("\n[")[0].splitlines()
    return {line.partition(" =")[0] for line in lines if " = [" in line}
