"""The derivations (docs/derivations/; the wheel has them here), by what somebody asks to have explained."""

import importlib.resources
import re
from pathlib import Path

from charmlp.doctor.catalogue import NUMBERS, ROWS, usual_page
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mathtext import math_text
from charmlp.errors import UsageError
from charmlp.text import did_you_mean, shown_value

HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\$([^$\n]+)\$")
IMAGE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n+", re.MULTILINE)
FOLDED = re.compile(r"</?details>\n+")
SUMMARY = re.compile(r"<summary>(.*?)</summary>")
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
MARKDOWN = re.compile(r"([\\`*_\[\]<>|~])")  # signs that mean something to Markdown


def explanation(topic: str, language: str) -> str:
    """The derivation of a mistake (its name or row), or of a kind, as Markdown without LaTeX.

    Of a kind that has a section of its own, that section. Raises `UsageError` for what is neither.
    """
    name = ROWS.get(int(topic)) if re.fullmatch("[0-9]{1,4}", topic) else topic
    if name in NUMBERS:
        return readable(page_text(usual_page(name), language))
    if topic in kinds():
        stem = kinds()[topic].page
        return readable(section(page_text(stem, language), place_of(topic, page_text(stem, "en"))))
    hint = did_you_mean(topic, [*NUMBERS, *kinds()])
    known = hint or f"; expected a mistake's name, its row, 1 to {max(ROWS)}, or a kind: {', '.join(kinds())}"
    raise UsageError(f"--explain: unknown {shown_value(topic)}{known}")


def page_text(stem: str, language: str) -> str:
    """A page of the derivations, from the package or from the checkout that the package lies in."""
    name = f"{stem}.zh-CN.md" if language == "zh" else f"{stem}.md"
    packed = importlib.resources.files("charmlp.doctor") / "derivations" / name
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    return Path(__file__).parents[3].joinpath("docs", "derivations", name).read_text(encoding="utf-8")


def place_of(kind: str, page: str) -> int | None:
    """Which heading of a page names the kind, counted from 0; None where none does."""
    names = {plain(name) for name in (kind, *kinds()[kind].aliases)}
    places = (number for number, match in enumerate(HEADING.finditer(page)) if plain(match[2]) in names)
    return next(places, None)


def plain(title: str) -> str:
    """
    >>> plain("Leaky_ReLU"), plain("Smooth L1")
    ('leakyrelu', 'smoothl1')
    """
    return re.sub(r"[\W_]", "", title).lower()


def section(page: str, place: int | None) -> str:
    """The page's title and the section below one of its headings; all of the page without one.

    The pages of both languages have the same headings in the same order.
    """
    headings = list(HEADING.finditer(page))
    if not place:
        return page
    of_section = headings[place]
    after = [match.start() for match in headings[place + 1 :] if len(match[1]) <= len(of_section[1])]
    return f"{headings[0][0]}\n\n{page[of_section.start() : min(after, default=len(page))]}"


def readable(page: str) -> str:
    """Formulas as text, displayed ones as blocks, answers unfolded; no pictures, no links to other files."""
    page = SUMMARY.sub(r"**\1**", FOLDED.sub("", IMAGE.sub("", without_navigation(page))))
    page = DISPLAY.sub(lambda match: f"```\n{math_text(match[1])}\n```", page)
    page = INLINE.sub(lambda match: MARKDOWN.sub(r"\\\1", math_text(match[1])), page)
    return LINK.sub(r"\1", page)


def without_navigation(page: str) -> str:
    """The page without the line of links below its title."""
    title, _, rest = page.partition("\n\n")
    first, _, body = rest.partition("\n\n")
    return f"{title}\n\n{body}" if first.startswith("[") and " · " in first else page
