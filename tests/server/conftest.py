from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import run
from tests.server.making import Served, served, write_letters

__all__ = ["run"]  # a fixture


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_letters(tmp_path_factory.mktemp("model") / "letters.safetensors")


@pytest.fixture(scope="package")
def server(model_file: Path) -> Iterator[Served]:
    """A server for whatever spoils nothing."""
    with served(model_file) as each:
        yield each
