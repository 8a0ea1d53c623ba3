"""The integer model: a net whose weights, pixels and units are whole numbers, read without any float.

    resize.py      Pillow's bilinear resize, to the byte
    deviation.py   the root that standardised pixels are divided by
    rows.py        weights of 8 or 4 bits, with a scale for each row
    activation.py  from sums to the bytes that the next layer reads
    softmax.py     from scores to probabilities
    network.py     the integer model, on NumPy
    making.py      …made of a model, and of letters that show how large its units become
    usual.py       …of an export, with its training letters

What is written as C and as Python computes the same integers: this is what both are compared with, and what
is measured on letters. It does without 64 bits and without factors below 1: a layer's units are chosen so
that its sums times a byte, shifted, are what the next layer reads.

No training follows the rounding: a short one with rounded weights (straight-through gradients) was tried and
gained nothing, since hardly anything is lost (docs/export-c.md).
"""

from charmlp.exporting.quantised.making import check_quantisable, quantise
from charmlp.exporting.quantised.network import IntegerLayer, IntegerModel

__all__ = ["IntegerLayer", "IntegerModel", "check_quantisable", "quantise"]
