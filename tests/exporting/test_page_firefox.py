"""The page in Firefox: puppeteer-core drives Debian's by WebDriver BiDi; playwright drives only its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.exporting.page import page
from charmlp.exporting.page.packing import packed
from charmlp.recognizer import Recognizer
from tests.exporting.models import make_model

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("firefox.cjs")
MODULES = ROOT / ".venv" / "node_modules"
MODEL = make_model("relu", (20, 15), preprocessing="light_ink")

pytestmark = pytest.mark.full


def in_firefox(file: Path, content: str) -> Any:
    """What the page says while one draws on it; skips the test where a program is missing."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None or shutil.which("node") is None:
        pytest.skip("firefox or node is missing")
    if not (MODULES / "puppeteer-core").is_dir():
        pytest.skip("puppeteer-core is missing: npm install --prefix .venv puppeteer-core")
    file.write_text(content, "utf-8")
    command = ["node", str(DRIVER), str(MODULES), firefox, file.as_uri()]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return json.loads(done.stdout)


def test_it_reads_and_learns(tmp_path: Path) -> None:
    found = in_firefox(tmp_path / "page.html", page(packed(MODEL, 32), "en"))
    assert found["complaints"] == [] and found["width"][0] <= found["width"][1]
    assert found["empty"]["bars"] == "" and found["empty"]["drawn"] == "Nothing is drawn."
    for how in ("finger", "mouse"):
        assert found[how]["drawn"] == "A drawing of 2 strokes." and found[how]["scrolled"] == 0
    assert found["finger"]["bars"] == found["mouse"]["bars"] != ""
    words = found["learned"]["losses"].replace(",", "").split()
    assert float(words[6]) > float(words[9]) and found["learned"]["bars"] != found["mouse"]["bars"]
    recognizer, grey = Recognizer(MODEL), (np.arange(400) * 37 % 256).astype(np.uint8).reshape(20, 20)
    expected = recognizer.predict_proba(recognizer.grey(grey)[np.newaxis])[0]
    assert np.abs(np.array(found["predicted"]) - expected).max() < 1e-5


def test_a_page_that_complains_is_noticed(tmp_path: Path) -> None:
    content = page(packed(MODEL, 32), "en").replace("const REST", "const OTHER_REST", 1)
    with pytest.raises(subprocess.CalledProcessError):  # the script's hash is another one: nothing is drawn
        in_firefox(tmp_path / "page.html", content)
