"""What of a picture a network sees."""

from typing import NamedTuple

CROPS = ("none", "auto")
GROUNDS = {"contrast": "white or black, whichever differs more", "white": "white"}


class View(NamedTuple):
    """What of a picture a network sees, once it is made small; a model file says with which it was trained.

    crop    none: the whole picture; auto: the letter's box
    ground  what shows where a picture is transparent. contrast: white or black, whichever differs more from
            what is visible; white: always white, as before there was a choice
    """

    crop: str = "none"
    ground: str = "contrast"


DEFAULT_VIEW = View()
