"""The model as JSON, which sources/weights.js unpacks."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.page.forms import forms
from charmlp.exporting.passes import COLUMNS_MAY_COME_FIRST
from charmlp.exporting.rows import quantised
from charmlp.modelfile import Model
from charmlp.modelfile.familiarity import pack
from charmlp.version import __version__

PREPROCESSINGS = ("scale", "standardize", "light_ink")  # those of sources/inputs.js


def packed(model: Model, bits: int) -> dict[str, Any]:
    """What the page holds of a model; arrays are base64, little-endian, row by row."""
    layers = zip(model.weights, model.biases, strict=True)
    return {
        "version": __version__,
        "classes": list(model.classes),
        "size": list(model.norm_size),
        "preprocessing": model.preprocessing,
        "crop": model.view.crop,
        "ground": model.view.ground,
        "act": model.act_type,
        "temperature": model.temperature,
        "familiarity": None if model.familiarity is None else pack(model.familiarity),
        "provenance": dict(model.provenance),
        "forms": forms(model.classes),
        "bits": bits,
        "columnsFirst": COLUMNS_MAY_COME_FIRST,
        "layers": [
            {"rows": len(w), "columns": w.shape[1], **_weight(w, bits), "bias": _base64(b.astype("<f4"))}
            for w, b in layers
        ],
    }


def as_packed(weight: NDArray[np.float32], bits: int) -> NDArray[np.float32]:
    """The weights that the page unpacks."""
    if bits == 8:
        return quantised(weight).weight
    return weight if bits == 32 else weight.astype(np.float16).astype(np.float32)


def scripted(text: str) -> str:
    """JSON inside a script element, which no `</script` or `<!--` in a class's name ends."""
    return text.replace("<", "\\u003c")


def deflated(thing: Any) -> str:
    """JSON that the browser inflates (`DecompressionStream`): mostly words, a third of their size."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def _weight(weight: NDArray[np.float32], bits: int) -> dict[str, str]:
    if bits == 8:
        rows = quantised(weight)
        return {"weight": _base64(rows.integers), "scales": _base64(rows.scales.astype("<f4"))}
    return {"weight": _base64(weight.astype("<f4" if bits == 32 else "<f2"))}


def _base64(array: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
