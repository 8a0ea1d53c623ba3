"""The page at `/`. Whoever replaces it changes this room alone: `FILES`, and what `page_of` fills in.

The page runs and loads nothing but these files (`problems.POLICY`): no script or style inside it.
"""

from __future__ import annotations

import functools
import html
import importlib.resources
from string import Template

from charmlp.language.words import sentences

FILES = {  # address → file here, media type
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
TAGS = {"en": "en", "zh": "zh-CN"}


@functools.cache
def page_of(language: str, model: str, *, token: bool) -> str:
    """The page in that language; `token`: whether it asks for one."""
    words = {key: html.escape(sentence) for key, sentence in sentences(__name__, language).items()}
    hidden = "" if token else " hidden"
    return Template(content("page.html")).substitute(
        words, tag=TAGS[language], model=html.escape(model), without_token=hidden
    )


@functools.cache
def content(name: str) -> str:
    return importlib.resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def language_of(wanted: str | None, accepted: str, usual: str) -> str:
    """The language of the page: what the address says, else what the browser likes best, else the usual one.

    >>> language_of(None, "fr, zh-TW;q=0.9, en;q=0.5", "en"), language_of("en", "zh", "zh")
    ('zh', 'en')
    """
    liked = (part.partition(";")[0].strip().lower()[:2] for part in accepted.split(","))
    return next((each for each in (wanted, *liked) if each in TAGS), usual)
