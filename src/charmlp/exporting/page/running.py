"""The page's way from pixels to probabilities, run by node: the same modules, without a browser."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.exporting.page.bundling import bundle
from charmlp.system.files import write_whole

SECONDS = 120


def node_answers(data: dict[str, Any], pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64] | None:
    """Probabilities N×K of N pictures H×W of any sizes, by the page's script; None where node is absent."""
    node = shutil.which("node")
    if node is None:
        return None
    asked = [[*picture.shape, base64.b64encode(picture.tobytes()).decode()] for picture in pictures]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.mjs")
        write_whole(file, bundle("testing.js").encode())
        try:
            done = subprocess.run(
                [node, str(file)],
                input=json.dumps({"model": data, "pictures": asked}).encode(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise CharmlpError(f"node does not run the page's script: {error}") from None
    return np.array(json.loads(done.stdout))
