"""The page at `/`: the one that `charmlp export --to html` writes, of the model that is served.

It holds the weights. So where a token is asked for, there is a form instead, which takes it and sends
pictures with it; there is one too where a page cannot hold the model. The form loads nothing but `FILES`, and
has no script or style inside (`problems.POLICY`).
"""

from __future__ import annotations

import functools
import html
import importlib.resources
from string import Template

from charmlp.exporting.page import page, policy
from charmlp.exporting.page.packing import packed
from charmlp.language.words import sentences
from charmlp.server.currentmodel import Loaded

FILES = {  # address → file here, media type
    "/form.css": ("form.css", "text/css; charset=utf-8"),
    "/form.js": ("form.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
TAGS = {"en": "en", "zh": "zh-CN"}
BITS = 16  # of a weight in the page
POLICY = f"{policy()}; frame-ancestors 'none'"


@functools.lru_cache(maxsize=len(TAGS))
def page_of(language: str, loaded: Loaded) -> str:
    """The page that reads what one draws on it."""
    return page(packed(loaded.recognizer.model, BITS), language)


@functools.cache
def form_of(language: str, model: str, *, token: bool) -> str:
    """The page that has pictures read by the server; `token`: whether it asks for one."""
    words = {key: html.escape(sentence) for key, sentence in sentences(__name__, language).items()}
    hidden = "" if token else " hidden"
    return Template(content("form.html")).substitute(
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
