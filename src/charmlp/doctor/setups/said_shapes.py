"""The shapes that docstrings and comments say: "q, k (T, K), v (T, V)", "gamma: scale, of shape (C,)".

A letter is one size, the same wherever it stands.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charmlp.doctor.arrangement import Sizes
from charmlp.doctor.operation.numpy_code.names import is_mask

BINARY, INTEGERS, NUMBER = "binary", "integers", "number"
# As many as there may be letters; the first is mostly that of the batch, the second that of channels
LETTERS = ((3, 4, 6, 5, 2, 7), (2, 6, 4, 7, 3, 5))
SIZE = r"(?:\d+\s*\*?\s*)?[A-Za-z_]\w*(?:\s*(?:\*|//|\+)\s*\w+)?|\d+"
SHAPE = rf"[(\[]\s*(?P<shape>(?:{SIZE})(?:\s*[,x×]\s*(?:{SIZE}))*\s*,?)\s*[)\]]"
JOINED = r"\s*(?:,|/|、|\band\b|和|与|及)\s*"
SAYS = r":|--|—|=|：|\bis\b|\bhas\b|\bof\b|\bwith\b|\bshape\b|,?\s*\bboth\b|的|为|是|-\s"
BETWEEN = rf"\s*(?:(?:{SAYS})[^()\[\]]{{0,90}}?)?\s*"
WHOLE = re.compile(
    r"\b(ind(ex|ices)|integers?|labels?|classes|word ids?|token ids?)\b|索引|标签|类别", re.IGNORECASE
)
COUNT = r"\s*(?::|--|=|：)\s*(?:the\s+)?(?:an?\s+)?(?:positive\s+)?(?:int(?:eger)?\b|number of\b|整数|组数)"


def said_recipe(names: Sequence[str], text: str, sizes: Sizes) -> Iterator[list[Any]]:
    """The shapes of these inputs, where the text says that of each."""
    found: dict[str, tuple[str, str]] = {}
    one = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    if not one:
        return
    told = rf"(?<![\w.])(?P<names>(?:{one})(?:{JOINED}(?:{one}))*)(?!\w){BETWEEN}{SHAPE}"
    for match in re.finditer(told, text):
        for name in re.findall(rf"(?<!\w)(?:{one})(?!\w)", match["names"]):
            found.setdefault(name, (match["shape"], match[0]))
    counts = {name for name in names if re.search(rf"(?<!\w){re.escape(name)}{COUNT}", text, re.IGNORECASE)}
    if not found or set(found) | counts != set(names):
        return
    recipe = shaped(found, LETTERS[int(sizes["N"] > 5)])
    if recipe is not None:
        yield [recipe.get(name, (NUMBER, 2)) for name in names]


def shaped(found: Mapping[str, tuple[str, str]], numbers: Sequence[int]) -> dict[str, Any] | None:
    """Numbers for the letters, in the order in which they come; None where a size is none of letters."""
    free = itertools.cycle(numbers)
    known: dict[str, int] = {}
    recipe: dict[str, Any] = {}
    for name, (shape, text) in found.items():
        parts = [part.strip() for part in re.split(r"[,×]|\bx\b", shape) if part.strip()]
        for letter in re.findall(r"[A-Za-z_]\w*", " ".join(parts)):
            if letter not in known:
                known[letter] = next(free)
        try:
            numbers_of = tuple(size_of(part, known) for part in parts)
        except (KeyError, ValueError):
            return None
        words = re.sub(r"[(\[].*", "", text)
        meant = [BINARY] if is_mask(name) else [INTEGERS] if WHOLE.search(words) else []
        recipe[name] = (*meant, *numbers_of)
    return recipe


def size_of(part: str, known: Mapping[str, int]) -> int:
    """A size by its letters.

    >>> [size_of(part, {"H": 4, "D": 6}) for part in ("H", "4H", "3*H", "H // 2", "D + H", "1")]
    [4, 16, 12, 2, 10, 1]
    """
    first, operator, second = re.fullmatch(
        r"(\d*\w+?|\d+\s*\*\s*\w+)\s*(?:(//|\+|\*)\s*(\w+))?", part
    ).groups()  # type: ignore[union-attr]
    times, letter = re.fullmatch(r"(\d*)\s*\*?\s*(\w*)", first).groups()  # type: ignore[union-attr]
    size = int(times or 1) * (known[letter] if letter else 1)
    if operator is None:
        return size
    other = int(second) if second.isdigit() else known[second]
    return {"//": size // other, "+": size + other, "*": size * other}[operator]
