"""Names and texts of others, made safe to print: escaped, quoted, and shortened in their middle."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

SHOWN = 5  # problems that a message spells out; the others are counted
LONGEST_QUOTE = 60  # characters of an entry that a message shows
LONGEST_PATH = 200  # characters of a path that a message shows


def printable(text: object) -> str:
    """`text` with control characters (and lone surrogates) escaped, safe to print on a terminal.

    >>> printable("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in shown
    )


def cell(text: str) -> str:
    """A name for a table that a spreadsheet may open: escaped, and never taken for a formula.

    What begins like one, other than a single sign or a number, gets an apostrophe in front.

    >>> cell("=A1"), cell("-"), cell("-1"), cell("a=b")
    ("'=A1", '-', '-1', 'a=b')
    """
    shown = printable(text)
    if len(shown) < 2 or shown[0] not in "=+-@" or _is_number(shown):
        return shown
    return f"'{shown}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def short(name: str, most: int = 12, *, end: bool = False) -> str:
    """A name for a picture: control characters escaped, at most `most` characters.

    Its start is kept, or its `end`.

    >>> short("a\\n"), short("alphabetical", 5), short("alphabetical", 5, end=True)
    ('a\\\\n', 'alph…', '…ical')
    """
    text = printable(name)
    if len(text) <= most:
        return text
    return "…" + text[1 - most :] if end else text[: most - 1] + "…"


def natural(name: str) -> tuple[list[str | int], str]:
    """What names are sorted by so that numbers in them count: img2 before img10."""
    parts = re.split("([0-9]+)", name)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], name


def as_json(value: object) -> str:
    """`value` as JSON in one line, names as they are unless they hold what a terminal obeys."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def forbidden_character(text: str) -> str | None:
    """The first character of `text` that no file or class name may have, as U+0000, or None.

    Those are control characters, line separators and lone surrogates.
    """
    if text.isprintable():  # asked first for the sake of lists with a million names
        return None
    forbidden = (sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp"))
    return next((f"U+{ord(sign):04X}" for sign in forbidden), None)


def quote(text: object) -> str:
    """`text` in double quotes, escaped, and shortened in its middle so that it fits a message."""
    return f'"{printable(_shortened(str(text), LONGEST_QUOTE))}"'


def some(names: Sequence[object], most: int = SHOWN) -> str:
    """The first names, quoted, and how many more there are.

    >>> some("abcdefg", 2)
    '"a", "b" and 5 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(quote, names[:most])) + more


def shown_value(value: object) -> str:
    """A value as Python writes it, escaped, and shortened in its middle so that it fits a message."""
    try:
        return printable(_shortened(repr(value), LONGEST_QUOTE))
    except ValueError:  # Python writes no whole number of more than some thousand digits
        return "a number of thousands of digits"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is much like this one, whatever its case and hyphens, or None."""
    import difflib  # needed where something is wrong already

    like = {name.lower().strip("-"): name for name in known}
    found = difflib.get_close_matches(word.lower().strip("-"), like, 1)
    return like[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question for the end of a message, or nothing where no known word is like this one.

    >>> did_you_mean("trian", ["test", "train"])
    "; did you mean 'train'?"
    """
    meant = closest(word, known)
    return "" if meant is None else f"; did you mean '{printable(meant)}'?"


def shown_path(path: object) -> str:
    """A path for messages: escaped, and shortened in its middle where it is very long."""
    return _shortened(printable(path), LONGEST_PATH)


def _shortened(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


def first_line(error: BaseException) -> str:
    """What an error of somebody else's says first; its name where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
