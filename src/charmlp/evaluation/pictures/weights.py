"""What the first layer looks for: its weights as images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLACK, around_zero
from charmlp.drawing.sheet import Block, draw_sheet
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.modelfile import Model
from charmlp.text import short

Array = NDArray[Any]

MOST = 48  # units: more look alike
COLUMNS, LARGE = 12, 98  # images a row, and pixels that each is wide
CLIPPED = 0.995  # share of the weights below the strongest colour


def first_layer(model: Model, about: About = NOTHING) -> Canvas:
    """The weights of the first layer, of each hidden unit an image; of many units those that weigh most.

    A unit weighs as much as the norm of its weights times the norm of those by which the next layer uses it.
    """
    say, weights = about.say, model.weights[0]
    height, width = model.norm_size
    if len(model.weights) > 1:
        influence = np.linalg.norm(weights, axis=1) * np.linalg.norm(model.weights[1], axis=0)
        chosen = np.argsort(-influence, kind="stable")[:MOST]
        text = (
            "{n:,} of {all:,} hidden units, those that weigh most first (norm of the weights in times out)."
        )
        notes, names = [say(text, n=len(chosen), all=len(weights))], [f"{unit + 1}" for unit in chosen]
    else:
        chosen = np.arange(min(len(weights), MOST))
        notes = [say("One image a class: the network has no hidden layer.")]
        names = [short(model.classes[at]) for at in chosen]
    shown = weights[chosen].reshape(len(chosen), height, width).astype(np.float64)
    shown = np.nan_to_num(shown, nan=0.0, posinf=0.0, neginf=0.0)
    limit = float(np.quantile(np.abs(shown), CLIPPED)) or 1.0
    images = around_zero(np.clip(shown / limit, -1, 1))
    block = Block(say("weights of the first layer"), images, [[(name, BLACK)] for name in names])
    canvas = draw_sheet([block], COLUMNS, LARGE)
    text = (
        "Orange: bright pixels raise the unit; purple: they lower it; white: no weight."
        " All on one scale, up to ±{limit:.2g}."
    )
    return about.finish(canvas, *notes, say(text, limit=limit))
