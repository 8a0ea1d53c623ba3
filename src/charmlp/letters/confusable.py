"""Characters that are one picture when each is cut out by itself: nobody can tell them apart, and no net.

A picture of a letter has no line of writing around it: what says that an o is not an O is gone. Below are the
capitals and small letters whose glyphs, stretched to a square, are alike (a correlation of 0.8 or more in the
middle one of the font families, measured by tests/rendering/test_confusable.py), zero, and the strokes.
"""

from collections.abc import Sequence

GROUPS = (
    *("0Oo", "1Il", "Cc", "Ss", "Vv", "Ww", "Xx", "Zz"),
    *("Θθ", "Κκ", "Οο", "Ττ", "Χχ", "Ψψ"),
    *("Вв", "Гг", "Дд", "Жж", "Зз", "Ии", "Кк", "Лл", "Мм", "Нн", "Оо", "Пп", "Сс", "Тт", "Уу", "Хх", "Чч"),
    *("Шш", "Щщ", "Ъъ", "Ыы", "Ьь", "Ээ", "Юю", "Яя"),
)


def confusable_groups(classes: Sequence[str]) -> list[tuple[str, ...]]:
    """The classes that are one picture, those of a group together; a group needs two of its characters.

    >>> confusable_groups(("A", "O", "o", "l", "x"))
    [('O', 'o')]
    """
    found = [tuple(name for name in group if name in classes) for group in GROUPS]
    return [group for group in found if len(group) > 1]
