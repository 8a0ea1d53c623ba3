"""How strange a picture is to a network: three distances to what it was trained with, in one number.

    shape   the coarse picture: the lowest 6×6 coefficients of its discrete cosine transform (DCT)
    look    how much detail of which size it has, the log energy of 12 rings of the DCT; 8 quantiles of tone
    answer  how sure the network is of it: its largest logit

The first two are Mahalanobis distances d² = (f − μ)ᵀ Σ⁻¹ (f − μ) of features f to mean μ and covariance Σ of
training letters as training sees them. With e = (log d²_shape, log d²_look, −max z), and mean and spread of
each over letters held out, strangeness is

    s = Σ max(0, (e − mean) / spread)²

so that nothing makes up for what is odd: a picture more usual than usual is not familiar for that. How it was
chosen: benchmarks/unfamiliar.py, docs/evaluation.md.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from charmlp.calculus.elements import Array

LEAST_SIDE = 8  # pixels: smaller pictures have too few for such features
COARSE, RINGS, TONES = 6, 12, 8
SHAPE, LOOK = COARSE * COARSE - 1, RINGS + TONES  # numbers of features
FAINT = 0.1  # added to the energy of a ring, of H·W in all: what is below is noise of rounding
LEAST_VARIANCE = 1e-4  # on average, so that whitening fits half precision
RIDGE = 1e-4  # of the mean variance, added to each: a feature that never varies says nothing


class Gaussian(NamedTuple):
    """Mean μ (F) and whitening L (F×F, lower triangular), L Lᵀ = Σ⁻¹, of features; float16."""

    mean: Array
    whitening: Array


class Familiarity(NamedTuple):
    """What a network was trained with, as `strangeness` compares it.

    means, spreads  of the three parts of e, over letters held out
    limit           the strangeness that one in a hundred of them exceeds: beyond it a picture is unfamiliar
    tenth           that one in ten of them exceeds, by which many pictures are judged together
    """

    shape: Gaussian
    look: Gaussian
    means: Array
    spreads: Array
    limit: float
    tenth: float


def strangeness(known: Familiarity, inputs: Array, logits: Array, norm_size: tuple[int, int]) -> Array:
    """s of N pictures, N, of inputs N×(H·W), scaled or standardised, and the network's logits N×K."""
    e = parts(known.shape, known.look, *features(inputs, norm_size), logits)
    odd: Array = np.maximum((e - known.means) / known.spreads, 0) ** 2
    return odd.sum(axis=1)


def parts(shape: Gaussian, look: Gaussian, coarse: Array, fine: Array, logits: Array) -> Array:
    """e of N pictures, N×3, of their features (N×SHAPE, N×LOOK) and logits."""
    return np.stack([_log_distance(shape, coarse), _log_distance(look, fine), -logits.max(axis=1)], axis=1)


def features(inputs: Array, norm_size: tuple[int, int]) -> tuple[Array, Array]:
    """Those of shape, N×SHAPE, and of look, N×LOOK, of pictures as the network sees them, N×(H·W)."""
    height, width = norm_size
    x = inputs - inputs.mean(axis=1, keepdims=True)
    x /= np.maximum(np.sqrt(np.mean(x * x, axis=1, keepdims=True)), 1e-2)
    down, across, ring = _transform(height, width)
    spectrum = down @ x.reshape(len(x), height, width) @ across.T
    coarse = spectrum[:, :COARSE, :COARSE].reshape(len(x), COARSE * COARSE)[
        :, 1:
    ]  # the first is the mean, which is 0
    energy = np.log((spectrum * spectrum).reshape(len(x), height * width) @ ring + np.float32(FAINT))
    light = np.mean(x * x * x, axis=1) < 0  # ink on paper or the other way round is all the same
    lower = ((np.arange(TONES // 2) + 0.5) * (height * width) / TONES).astype(int)
    tones = np.sort(x, axis=1)[:, np.concatenate([lower, height * width - 1 - lower[::-1]])]
    tones[light] = -tones[light, ::-1]
    return coarse, np.concatenate([energy, tones], axis=1)


def fit_gaussian(features: Array) -> Gaussian:
    """Mean and whitening of features N×F, in half precision, in which a model's file has them."""
    f = features.astype(np.float64)
    mean = f.mean(axis=0)
    covariance = (f - mean).T @ (f - mean) / len(f)
    variance = max(float(np.trace(covariance)) / len(covariance), LEAST_VARIANCE)
    precision = np.linalg.inv(covariance + RIDGE * variance * np.eye(len(covariance)))
    return Gaussian(mean.astype(np.float16), np.linalg.cholesky(precision).astype(np.float16))


def _log_distance(gaussian: Gaussian, features: Array) -> Array:
    white = (features - gaussian.mean) @ gaussian.whitening.astype(np.float32)
    found: Array = np.log(np.maximum((white * white).sum(axis=1), 1e-6))
    return found


@functools.lru_cache(maxsize=4)
def _transform(height: int, width: int) -> tuple[Array, Array, Array]:
    """The DCT's matrices, H×H and W×W, and which coefficients are in which ring, (H·W)×RINGS of 0 and 1.

    Rings are of spatial frequency, from half a wave a picture to the finest, each as much finer as the last.
    """
    down, across = _cosines(height), _cosines(width)
    frequency = np.hypot(np.arange(height)[:, None] / height, np.arange(width) / width)
    side = min(height, width)
    edges = np.concatenate([[0.5 / side], np.geomspace(1.5 / side, 1.5, RINGS)])
    number = np.digitize(frequency, edges).reshape(-1, 1)  # 0 is the mean
    return down, across, (number == np.arange(1, RINGS + 1)).astype(np.float32)


def _cosines(count: int) -> Array:
    """The orthonormal DCT of `count` numbers (type II) as a matrix."""
    wave, place = np.arange(count)[:, None], np.arange(count) + 0.5
    matrix = np.sqrt(2 / count) * np.cos(np.pi * wave * place / count)
    matrix[0] /= np.sqrt(2)
    return matrix.astype(np.float32)
