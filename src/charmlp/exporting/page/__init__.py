"""HTML: a page that reads what one draws on it, and shows how; one file that asks for nothing.

    sources/     the page: modules of JavaScript, page.html, page.css
    bundling.py  modules as one script
    packing.py   the model as JSON, weights of 32, 16 or 8 bits in base64
    lesson.py    a small net to do by hand (worked.py), and the doctor's formulas (library.py) and sentences
    forms.py     the strokes of letters, by which the page keeps them while it learns a sign
    running.py   the page's way from pixels to probabilities, run by node

Weights of 16 bits are the nearest such floats; of 8 bits, whole numbers with a scale for each row.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from dataclasses import replace
from string import Template
from typing import Any

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.exporting.formats import FULL_PRECISION
from charmlp.exporting.job import Draft, Job, largest_difference
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.lesson import lesson
from charmlp.exporting.page.packing import PREPROCESSINGS, as_packed, deflated, packed, scripted
from charmlp.exporting.page.running import node_answers
from charmlp.exporting.pictures import pictures
from charmlp.language import spoken
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from charmlp.text import shown_path

MOST_BYTES = 2 * 10**8  # of weights: browsers take no longer strings
MOST_HALF = float(np.finfo(np.float16).max)


def check(job: Job) -> None:
    """Refuse what the page cannot compute or hold."""
    fault = fault_of(job.model, job.bits)
    if fault is not None:
        raise CharmlpError(f"{shown_path(job.out)}: {fault}")


def fault_of(model: Model, bits: int) -> str | None:
    """Why the page cannot compute or hold a model, if so."""
    if model.preprocessing not in PREPROCESSINGS:
        return f"the page does not know the preprocessing {model.preprocessing}"
    if model.n_parameters * bits // 8 > MOST_BYTES:
        return "the weights take more than the 200 MB that a page holds"
    if bits == 16 and max(float(np.abs(each).max()) for each in model.weights) > MOST_HALF:
        return "a weight is too large for 16 bits; --bits 32 holds it"
    return None


def write(job: Job) -> Draft:
    """The page, whose script node compares with the Recognizer where node is there."""
    model = replace(job.model, weights=tuple(as_packed(each, job.bits) for each in job.model.weights))
    cost = None
    if job.bits < FULL_PRECISION:
        recognizer = Recognizer(model)
        cost = job.cost(lambda images: recognizer.logits(images).argmax(axis=1))
    data = packed(job.model, job.bits)
    content = page(data, spoken()).encode()
    answers = node_answers(data, pictures())
    if answers is None:
        return Draft(content, "not compared: node is not installed, which runs the page's script", cost=cost)
    in_order = iter(answers)
    difference, count = largest_difference(model, lambda picture: next(in_order))
    return Draft(content, f"script run by node, with the model on {count} pictures", difference, cost)


def page(data: dict[str, Any], language: str) -> str:
    """The file, for browsers that speak neither English nor Chinese in that language."""
    return Template(source("page.html")).substitute(
        language={"zh": "zh-CN"}.get(language, language),
        style=source("page.css"),
        script=bundle("page.js"),
        policy=policy(),
        model=scripted(json.dumps(data, ensure_ascii=False, separators=(",", ":"))),
        lesson=deflated(lesson()),
    )


@functools.cache
def policy() -> str:
    """Nothing is loaded, and what runs is named by its hash: script and style are the same in every page."""
    nothing = ("'none'",)
    allowed = {
        "default-src": nothing,
        "script-src": (f"'{digest(bundle('page.js'))}'",),
        "style-src": (f"'{digest(source('page.css'))}'",),
        "img-src": ("data:", "blob:"),
        "base-uri": nothing,
        "form-action": nothing,
    }
    return "; ".join(" ".join((what, *sources)) for what, sources in allowed.items())


def digest(content: str) -> str:
    """What a Content-Security-Policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
