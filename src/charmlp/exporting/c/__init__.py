"""A net as one C99 header, for any machine with a compiler: docs/export-c.md.

text.py      pieces of C text, and the parts in `parts/`
header.py    what headers of either kind share
integer.py   weights of 8 or 4 bits: the integer model (`charmlp.exporting.quantised`)
floating.py  weights of 32 bits: floats
running.py   the header compiled and run here, to compare it
"""

from __future__ import annotations

import re

import numpy as np

from charmlp.errors import CharmlpError, UsageError
from charmlp.exporting.c.floating import INPUTS, float_parts, uncropped
from charmlp.exporting.c.header import header
from charmlp.exporting.c.integer import integer_parts
from charmlp.exporting.c.running import compiler, run_here
from charmlp.exporting.c.text import part
from charmlp.exporting.formats import FULL_PRECISION
from charmlp.exporting.job import Draft, Job, largest_difference
from charmlp.exporting.pictures import pictures, scrawl
from charmlp.exporting.quantised import IntegerModel, check_quantisable
from charmlp.exporting.quantised.usual import quantise_for
from charmlp.recognizer import Recognizer
from charmlp.text import shown_path, shown_value

NO_COMPILER = "not compared: no C compiler is there"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TEST_SIZE, TEST_SEED = (24, 20), 17  # of the self-test's picture


def check(job: Job) -> None:
    """Refuse a prefix that is no name, and a model that has no integer form."""
    prefix_of(job)
    if job.model.preprocessing not in INPUTS:
        raise CharmlpError(f"the preprocessing {job.model.preprocessing} cannot be said in C")
    if job.bits < FULL_PRECISION:
        check_quantisable(job.model)


def prefix_of(job: Job) -> str:
    """What names begin with: `--prefix`, or the file's name as far as C has its characters."""
    if job.prefix is not None:
        if not NAME.fullmatch(job.prefix):
            raise UsageError(
                f"--prefix {shown_value(job.prefix)}: a name in C is expected: letters, digits and _, "
                "with a letter first"
            )
        return job.prefix
    name = re.sub(r"[^A-Za-z0-9_]", "_", job.out.stem)
    return name if NAME.fullmatch(name) else f"net_{name.lstrip('_')}"


def write(job: Job) -> Draft:
    """The header, compared with what it should compute where there is a C compiler."""
    picture, prefix = scrawl(*TEST_SIZE, np.random.default_rng(TEST_SEED)), prefix_of(job)
    if job.bits == FULL_PRECISION:
        return _compared(
            job, header(job.model, float_parts(job.model, picture), prefix, part("full")), prefix
        )
    whole = quantise_for(job)
    cost = job.cost(whole.predict)
    told = part("unmeasured", bits=job.bits)
    if cost is not None:
        told = part(
            "measured",
            bits=job.bits,
            after=f"{100 * cost.after:.2f}",
            before=f"{100 * cost.before:.2f}",
            n=f"{cost.n:,}",
            split=cost.split,
        )
    text = header(job.model, integer_parts(whole, picture), prefix, told)
    return Draft(text.encode(), _compared_integers(job, text, prefix, whole), cost=cost)


def _compared(job: Job, text: str, prefix: str) -> Draft:
    """Of floats: the largest difference of a probability."""
    if compiler() is None:
        return Draft(text.encode(), NO_COMPILER)
    _, scores, _ = run_here(text, prefix, pictures(), len(job.model.classes), is_whole=False)
    found = iter(Recognizer(job.model).probabilities(scores))
    difference, count = largest_difference(uncropped(job.model), lambda _: next(found))
    return Draft(text.encode(), f"compiled and run, with the model on {count} pictures", difference)


def _compared_integers(job: Job, text: str, prefix: str, whole: IntegerModel) -> str:
    """Of whole numbers: what they were compared on. Raises `CharmlpError` where one is another."""
    if compiler() is None:
        return NO_COMPILER
    some = [*pictures(), *([] if job.letters is None else job.letters.images)]
    _, scores, shares = run_here(text, prefix, some, len(job.model.classes), is_whole=True)
    expected = np.array([whole.scores_of(picture) for picture in some])
    if not (np.array_equal(scores, expected) and np.array_equal(shares, whole.softmax(expected))):
        raise CharmlpError(
            f"{shown_path(job.out)}: not written: compiled, it computes other numbers; please report it"
        )
    return f"compiled and run, number for number with the model of {job.bits} bits on {len(some):,} pictures"
