"""Many small images in rows."""

from __future__ import annotations

import numpy as np

from charmlp.drawing.colours import BLACK
from charmlp.drawing.fonts import text_width
from charmlp.drawing.marks import Pixels
from charmlp.drawing.sheet import Block, draw_sheet, fitting, plain


def test_images_lie_in_rows_with_their_words_below() -> None:
    images = np.arange(5 * 12, dtype=np.uint8).reshape(5, 4, 3)
    canvas = draw_sheet([Block("five", images, plain("ABCDE"))], columns=2, width=30)
    boxes = [mark.box for mark in canvas.marks if isinstance(mark, Pixels)]
    assert canvas.texts == ["five", *"ABCDE"] and len(boxes) == 5
    lefts, tops = zip(*[box[:2] for box in boxes], strict=True)
    assert lefts[0] == lefts[2] == lefts[4] and tops[0] == tops[1] < tops[2] < tops[4]
    assert {(right - left, bottom - top) for left, top, right, bottom in boxes} == {(30, 40)}
    assert max(box[3] for box in boxes) < canvas.height and max(box[2] for box in boxes) < canvas.width


def test_blocks_do_not_overlap() -> None:
    images = np.zeros((3, 4, 4), np.uint8)
    words = [[("A", BLACK), ("99 %", BLACK)]] * 3
    canvas = draw_sheet([Block("first", images, words), Block("second", images, words)], columns=2)
    boxes = [mark.box for mark in canvas.marks if isinstance(mark, Pixels)]
    assert max(box[3] for box in boxes[:3]) + 40 < min(box[1] for box in boxes[3:])
    assert len(draw_sheet([Block("none", images[:0], [])]).marks) == 1


def test_long_words_are_made_smaller() -> None:
    assert fitting("A", 80) == 15 and fitting("WWWWWWWWWWWW", 80) < 15
    assert text_width("WWWWWW", fitting("WWWWWW", 70)) <= 72
