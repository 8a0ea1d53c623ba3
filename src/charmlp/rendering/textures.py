"""A bank of grey textures: mean 0, variance 1, continuing over their edges, always the same ones."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

TEXTURES = 32  # pictures in the bank
TEXTURE = 64  # side of one; it continues over its edges
_BANK_SEED = 7


@cache
def texture_bank() -> NDArray[np.float32]:
    """TEXTURES×TEXTURE×TEXTURE: half of them clouds, then grain, stains, tiles."""
    random = np.random.default_rng(_BANK_SEED)
    kinds = (_clouds, _clouds, _grain, _clouds, _stains, _clouds, _tiles, _clouds)
    bank = np.stack([kinds[number % len(kinds)](random) for number in range(TEXTURES)])
    bank -= bank.mean(axis=(1, 2), keepdims=True)
    bank /= bank.std(axis=(1, 2), keepdims=True)
    return np.clip(bank, -3, 3).astype(np.float32)


def _spectrum(random: np.random.Generator, slope: float, stretch: float = 1.0) -> NDArray[np.float64]:
    """Noise whose amplitude falls with frequency to the power −slope; `stretch` draws it out sideways."""
    down, across = np.meshgrid(np.fft.fftfreq(TEXTURE), np.fft.fftfreq(TEXTURE), indexing="ij")
    frequency = np.hypot(down / stretch, across * stretch)
    frequency[0, 0] = np.inf
    spectrum = np.fft.fft2(random.normal(size=(TEXTURE, TEXTURE))) * frequency**-slope
    return np.fft.ifft2(spectrum).real


def _clouds(random: np.random.Generator) -> NDArray[np.float64]:
    """From fine plaster to broad shading."""
    return _spectrum(random, random.uniform(0.4, 2.0))


def _grain(random: np.random.Generator) -> NDArray[np.float64]:
    """Wood, brushed metal, rain marks: along one side or the other."""
    grain = _spectrum(random, random.uniform(0.8, 1.5), random.uniform(3, 6))
    return grain if random.random() < 0.5 else grain.T


def _stains(random: np.random.Generator) -> NDArray[np.float64]:
    """Patches with sharp borders: peeling paint, dirt."""
    clouds = _spectrum(random, random.uniform(1.2, 1.8))
    return np.where(clouds > np.quantile(clouds, random.uniform(0.6, 0.9)), 1.0, 0.0)


def _tiles(random: np.random.Generator) -> NDArray[np.float64]:
    """Bricks or mosaic: tiles of slightly different tone with joints between them."""
    height, width = random.choice([4, 8, 16], 2)
    rows, columns = np.mgrid[:TEXTURE, :TEXTURE]
    columns = columns + (rows // height % 2) * (width // 2) * random.integers(2)
    tones = random.normal(size=(TEXTURE // height, TEXTURE // width))
    tiles = tones[rows // height, columns // width % (TEXTURE // width)]
    joint = (rows % height == 0) | (columns % width == 0)
    return np.where(joint, random.choice([-2.0, 2.0]), tiles)
