"""Pillow and libtiff are quiet while a picture is read, and only then."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from PIL import Image

from charmlp.images import quiet, read_grey
from tests.images.making import outcome, seeds
from tests.images.test_costs import tiff_of

SEEDS = seeds()
ODD_TIFF = tiff_of(7, 9, (282, 5, 1, struct.pack("<I", 10**9)), (305, 2, 2**20, struct.pack("<I", 9)))


class TestQuiet:
    def test_odd_notes_are_no_matter(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.tif"
        path.write_bytes(ODD_TIFF)
        with pytest.warns(UserWarning):
            Image.open(path).load()
        code = f"from charmlp.images import read_grey; read_grey({str(path)!r}, (3, 3))"
        for flags in ([], ["-W", "error"], ["-W", "always"]):
            done = subprocess.run(
                [sys.executable, *flags, "-c", code], capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_others_still_hear_pillow(self, tmp_path: Path) -> None:
        read_grey(SEEDS["TIFF"], (3, 3))
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            Image.open(io.BytesIO(ODD_TIFF)).load()
        assert heard

    @pytest.mark.skipif(sys.platform == "win32", reason="this system hides Pillow's libtiff")
    def test_others_may_hand_filters_on_as_text(self) -> None:
        """As scikit-learn does, to the processes of a search."""
        ours = [entry[3] for entry in quiet._filters if isinstance(entry[3], quiet._WhileReading)]
        assert [each.pattern for each in ours] == [r"(?!)"]
        assert re.match(r"(?!)", "PIL.Image") is None

    def test_libtiff_does_not_talk_to_the_terminal(self, capfd: pytest.CaptureFixture[str]) -> None:
        data = SEEDS["TIFF deflate"]
        for place in range(8, len(data)):
            outcome(data[:place] + b"\xff" + data[place + 1 :])
        assert capfd.readouterr() == ("", "")
