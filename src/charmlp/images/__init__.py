"""Preprocessing, which exists once: decode one image, make it grey, resize it, turn pixels into inputs.

    file ──opening, or for plain files jpeg──▶ picture ──grey──▶ uint8 H×W ──inputs──▶ float32 1×(H·W)

`opening.py` asks `filekinds.py` what a file is and `costs.py` what it may cost. `batches.py`
reads many on all cores; `variants.py` and `warping.py` change grey images a little.
"""

from charmlp.images.costs import MAX_PIXELS
from charmlp.images.grey import ImageSource, read_grey
from charmlp.images.inputs import to_inputs

__all__ = ["MAX_PIXELS", "ImageSource", "read_grey", "to_inputs"]
