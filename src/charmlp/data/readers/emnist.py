"""What EMNIST's files share, IDX or tables: pictures lie transposed, and numbers stand for characters.

Source: Cohen, Afshar, Tapson and van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017.
"""

import string

import numpy as np
from numpy.typing import NDArray

from charmlp.data.readers.entries import Entries
from charmlp.text import quote

_MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"  # where upper and lower case differ
_CHARACTERS = {  # of the labels 0, 1, 2, …; a space is a label that does not occur
    "emnist-letters-": " " + string.ascii_uppercase,
    "emnist-balanced-": _MERGED,
    "emnist-bymerge-": _MERGED,
    "emnist-byclass-": string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "emnist-digits-": string.digits,
    "emnist-mnist-": string.digits,
}


def upright(pixels: NDArray[np.uint8], file: str) -> NDArray[np.uint8]:
    """The pictures N×H×W of a file, transposed where it is one of EMNIST's by its name."""
    return pixels.swapaxes(1, 2) if file.lower().startswith("emnist-") else pixels


def name_characters(entries: Entries, file: str) -> None:
    """The characters in place of the numbers, where the file is one of EMNIST's by its name."""
    words = next((words for start, words in _CHARACTERS.items() if file.lower().startswith(start)), None)
    if words is None:
        return
    characters = {str(number): word for number, word in enumerate(words) if word != " "}
    for name, number in zip(entries.names, entries.labels, strict=True):
        if number not in characters:
            entries.problems.add(
                f"{quote(name)}: the label {quote(number)[1:-1]} is not one of {min(map(int, characters))}"
                f" to {len(words) - 1}"
            )
    entries.labels = [characters.get(number, "") for number in entries.labels]
    entries.notes.append("turned upright, labels as EMNIST numbers them")
