"""English texts in Chinese: sentences with blanks, whose fillings may be texts again.

A text is a sentence of zh.txt with its blanks filled, or is put together of such: `place: sentence`,
`sentence; sentence`, `part, part`. Of all ways to read it, that is meant by which most letters are known.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from charmlp.language.layout import columns
from charmlp.language.words import lines_of

BLANK = re.compile(r"\{(\w*)(\*?)\}")
COMMAS = {"; ": "；", ", ": "，", " and ": "和", " or ": "或"}
LONGEST = 1000  # characters: what is longer is put together of too much
LEAST = 3  # letters that must be known: fewer may be part of a name
SURE = 12  # letters by which what stands before a colon is a sentence, and no file's name


class Said(NamedTuple):
    """How many letters of a text are known, and the text in Chinese."""

    known: int
    chinese: str


class Sentence(NamedTuple):
    """One that has blanks.

    pattern  matches it with its blanks filled
    part     its longest part between blanks: a text without that is another one
    letters  how many it has of its own
    chinese  the same with the same blanks; a star behind a name: what fills it is a text too
    """

    pattern: re.Pattern[str]
    part: str
    letters: int
    chinese: str

    def said(self, text: str) -> Said | None:
        """The text in Chinese, or None where it is another sentence."""
        filled = self.pattern.fullmatch(text) if self.part in text else None
        if filled is None:
            return None
        fillings = {name: filled[name] for name, _ in BLANK.findall(self.chinese)}
        texts = {name: said_with_spaces(fillings[name]) for name, star in BLANK.findall(self.chinese) if star}
        fillings |= {name: said.chinese for name, said in texts.items()}
        known = self.letters + sum(said.known for said in texts.values())
        return Said(known, BLANK.sub(lambda blank: fillings[blank[1]], self.chinese))


def entries() -> Iterator[tuple[str, str]]:
    """The pairs of zh.txt, English and Chinese."""
    lines = lines_of("charmlp.language", "zh.txt")
    for english, chinese in zip(lines[::2], lines[1::2], strict=True):
        yield english, chinese.removeprefix("    ")


@functools.cache
def catalogue() -> tuple[dict[str, str], list[Sentence]]:
    """The texts without blanks, and the sentences that have some; of these the longest first."""
    pairs = dict(entries())
    sentences = [sentence_of(*pair) for pair in pairs.items() if BLANK.search(pair[0])]
    return pairs, sorted(sentences, key=lambda sentence: -sentence.letters)


def sentence_of(english: str, chinese: str) -> Sentence:
    """A pair of zh.txt whose English has blanks.

    >>> sentence_of("no {what} in {place}", "{place} 里没有{what}").said("no zip in a.txt")
    Said(known=4, chinese='a.txt 里没有zip')
    """
    first, *others = BLANK.split(english)  # text, then name, star and text of each blank
    pattern, texts = re.escape(first), [first, *others[2::3]]
    for name, text in zip(others[::3], texts[1:], strict=True):
        pattern += f"(?P<{name}>.*?){re.escape(text)}"
    letters = sum(len(text.replace(" ", "")) for text in texts)
    return Sentence(re.compile(pattern), max(texts, key=len), letters, chinese)


def in_chinese(text: str) -> str:
    """A line in Chinese; what is not known of it stays.

    >>> in_chinese("  accuracy, %"), in_chinese("g · y")
    ('  准确率，%', 'g · y')
    """
    return said_with_spaces(text).chinese


def said_with_spaces(text: str) -> Said:
    """A text with the spaces around it; padded by some, it takes the same columns of a terminal."""
    own = text.strip()
    said = found(own) if own else None
    if said is None:
        return Said(0, text)
    before, _, behind = text.partition(own)
    if len(behind) > 1:
        behind = " " * max(1, len(behind) + columns(own) - columns(said.chinese))
    return Said(said.known, before + said.chinese + behind)


@functools.lru_cache(maxsize=1000)
def found(text: str) -> Said | None:
    """The text in Chinese, or None where nothing of it is known."""
    known, sentences = catalogue()
    if text in known:
        return Said(len(text.replace(" ", "")), known[text])
    if len(text) > LONGEST:
        return None
    ways = [*(part_by_part(text, comma) for comma in COMMAS), *after_its_place(text)]
    ways += [sentence.said(text) for sentence in sentences]
    known_ways = (way for way in ways if way is not None and way.known >= LEAST)
    return max(known_ways, key=lambda way: way.known, default=None)


def after_its_place(text: str) -> Iterator[Said]:
    """`file.png: sentence`, at each of its colons; before one, too, there may be a sentence."""
    for colon in reversed([*re.finditer(": ", text)]):  # so that what is found is known for the longer ones
        place, rest = text[: colon.start()], found(text[colon.end() :])
        if rest is not None:
            own = found(place)
            if own is None or own.known < SURE:
                own = Said(0, place)
            yield Said(own.known + rest.known, f"{own.chinese}：{rest.chinese}")


def part_by_part(text: str, comma: str) -> Said | None:
    """Sentences of which some are known, or a list of which all parts are."""
    if comma not in text:
        return None
    parts = [found(part) or Said(0, part) for part in text.split(comma)]
    known = [part.known for part in parts]
    if not (any(known) if comma == "; " else all(known)):
        return None
    return Said(sum(known), COMMAS[comma].join(part.chinese for part in parts))
