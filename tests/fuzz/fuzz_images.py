"""Bytes against the reader of images: any exception but `CharmlpError` is a failure.

    python -m tests.fuzz.fuzz_images -max_total_time=60

needs the extra `fuzz`. `tests/images/test_images_fuzz.py` runs `read_hostile_image` with hypothesis.
"""

from __future__ import annotations

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.images import read_grey
from tests.fuzz.running import run
from tests.images.making import seeds

SIZE = (8, 6)
FOREIGN_WORDS = ("Error", "<_io", "BytesIO", "PIL", "Traceback", "errno")


def read_hostile_image(data: bytes) -> str:
    """Read `data` as an image; says whether it was 'read' or 'refused', in one plain line."""
    try:
        grey = read_grey(data, SIZE)
    except CharmlpError as error:
        message = str(error)
        assert message.isprintable() and message.startswith("image: ") and len(message) < 400, message
        assert not any(word in message for word in FOREIGN_WORDS), message
        return "refused"
    assert grey.shape == SIZE and grey.dtype == np.uint8
    return "read"


if __name__ == "__main__":
    run(read_hostile_image, seeds().values())
