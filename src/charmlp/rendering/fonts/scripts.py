"""Which package has fonts for the characters that the fonts of charmlp's own packages lack.

Packages of the name fontpkg-… make themselves known and are always used; the others are looked into when one
of their characters is wanted, so that letters look the same whether they are installed or not.
"""

import unicodedata
from collections.abc import Iterable

# By the first word of a character's Unicode name.
_PACKAGES = {
    "CJK": "pylopdf-fonts-zh-cn",  # the extra `chinese`
    "HIRAGANA": "pylopdf-fonts-jp",
    "KATAKANA": "pylopdf-fonts-jp",
    "HANGUL": "pylopdf-fonts-ko",
    "HEBREW": "fontpkg-heebo",
    "ARABIC": "fontpkg-noto-sans-arabic",
    "DEVANAGARI": "fontpkg-noto-sans-devanagari",
    "TAMIL": "fontpkg-noto-sans-tamil",
    "TELUGU": "fontpkg-noto-sans-telugu",
    "THAI": "fontpkg-noto-sans-thai",
    "KHMER": "fontpkg-noto-sans-khmer",
}


def package_for(text: str) -> str | None:
    """The PyPI package whose font has the first character of a text that needs one, where one is known.

    >>> package_for("中"), package_for("A"), package_for("")
    ('pylopdf-fonts-zh-cn', None, None)
    """
    scripts = (unicodedata.name(character, "").partition(" ")[0] for character in text)
    return next((_PACKAGES[script] for script in scripts if script in _PACKAGES), None)


def modules_with(texts: Iterable[str]) -> list[str]:
    """The modules of such packages that hold fonts for some of the texts, installed or not."""
    packages = {package_for(text) for text in texts} - {None}
    return sorted(str(package).replace("-", "_") for package in packages)
