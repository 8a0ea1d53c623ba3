"""An ONNX graph run by onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.text import printable

Run = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float32], NDArray[np.int64]]]

ERRORS_ONLY = 3


def runner(content: bytes) -> tuple[Run, str] | None:
    """What runs it, N×H×W → `probabilities`, `class`, and its version; None where it is not installed.

    Raises `CharmlpError` where it does not take the graph.
    """
    try:
        import onnxruntime
    except ModuleNotFoundError:
        return None
    version: str = onnxruntime.__version__
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = 1  # pictures are read one by one: more threads would only wait
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of its own, without a class in common
        reason = printable(str(error).partition("\n")[0])
        raise CharmlpError(f"onnxruntime {version} does not take the graph: {reason}") from None

    def run(grey: NDArray[np.uint8]) -> Any:
        return tuple(session.run(["probabilities", "class"], {"grey": grey}))

    return run, version
