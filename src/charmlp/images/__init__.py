"""Preprocessing, which exists once: decode one image, make it grey, resize it, turn pixels into inputs.

    file ──opening, or for plain files jpeg, png──▶ picture ──grey──▶ uint8 H×W ──inputs──▶ float32 1×(H·W)

`opening.py` asks `filekinds.py` what a file is and `costs.py` what it may cost; `handed.py` says what an
image may be beside a file. `grey.py` asks `depth.py` about 16 bits, `crop.py` for the letter's box.
`batches.py` reads many on all cores; `variants.py` and `warping.py` change grey images a little.
"""

from charmlp.images.costs import MAX_PIXELS
from charmlp.images.grey import read_grey
from charmlp.images.handed import ImageSource
from charmlp.images.inputs import are_blank, to_inputs

__all__ = ["MAX_PIXELS", "ImageSource", "are_blank", "read_grey", "to_inputs"]
