"""Preprocessing, which exists once: decode one image, make it grey, resize it, turn pixels into inputs.

`opening.py` says which files are images and what they may cost, `grey.py` makes grey pictures of what they
hold, `inputs.py` makes the network's inputs of those.
"""

from charmlp.images.grey import ImageSource, read_grey
from charmlp.images.inputs import to_inputs
from charmlp.images.opening import MAX_PIXELS

__all__ = ["MAX_PIXELS", "ImageSource", "read_grey", "to_inputs"]
