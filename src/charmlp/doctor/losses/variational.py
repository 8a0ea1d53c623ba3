"""The loss of a variational autoencoder: reconstruction, and −½ Σ (1 + log σ² − μ² − σ²)."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.losses.known import KnownLoss, Options, Value, named

MEAN = re.compile(r"(z_?)?(mu|mean)s?(_?z)?|z_mu", re.IGNORECASE)
LOG_VARIANCE = re.compile(r"(z_?)?log_?(var|variance|sigma_?2|sigma_?sq\w*)(_?z)?|z_?logvar", re.IGNORECASE)


def reconstructions(pair: Sequence[Array]) -> Iterator[Array]:
    """The loss of an output beside the data, summed or averaged; nothing where there are none."""
    if not pair:
        yield np.float64(0)
        return
    (a, b), n = pair, len(pair[0])
    with np.errstate(all="ignore"):
        losses = [(a - b) ** 2]
        losses += [-(t * np.log(p) + (1 - t) * np.log(1 - p)) for p, t in ((a, b), (b, a), (sigmoid(a), b))]
    for loss in losses:
        yield from (loss.sum(), loss.mean(), loss.sum() / n, loss.sum() / 2, loss.sum() / 2 / n)


def terms(mu: Array, log_variance: Array) -> Iterator[Value]:
    """The divergence's elements, right and wrong."""
    variance = np.exp(log_variance)
    yield None, -0.5 * (1 + log_variance - mu**2 - variance)
    yield "+½ Σ (1 + log σ² − μ² − σ²)", 0.5 * (1 + log_variance - mu**2 - variance)
    yield "−Σ (1 + log σ² − μ² − σ²)", -(1 + log_variance - mu**2 - variance)
    yield "−½ Σ (1 + log σ² − μ − σ²)", -0.5 * (1 + log_variance - mu - variance)
    yield "−½ Σ (1 + log σ² − μ² − log σ²)", -0.5 * (1 - mu**2 + 0 * variance)
    yield "−½ Σ (1 + log σ² − μ² − σ⁴)", -0.5 * (1 + log_variance - mu**2 - variance**2)
    yield "−½ Σ (1 + log σ² + μ² − σ²)", -0.5 * (1 + log_variance + mu**2 - variance)
    yield "−½ Σ (1 + log σ² − μ² − σ)", -0.5 * (1 + log_variance - mu**2 - np.sqrt(variance))
    yield "−½ Σ (1 + log σ² − μ² − (log σ²)²)", -0.5 * (1 + log_variance - mu**2 - log_variance**2)


def variational(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    mu = next((value for name, value in by_name.items() if MEAN.fullmatch(name)), None)
    log_variance = next((value for name, value in by_name.items() if LOG_VARIANCE.fullmatch(name)), None)
    if mu is None or log_variance is None or mu.shape != log_variance.shape:
        return
    others = [value for value in values if value is not mu and value is not log_variance]
    if len(others) not in (0, 2) or len({one.shape for one in others}) > 1:
        return
    betas = {1.0, *named(options, r"beta|kl\w*|kld\w*")}
    betas |= (
        {beta / others[0].size for beta in betas} | {beta / len(mu) for beta in betas} if others else set()
    )
    for written, each in terms(mu, log_variance):
        divergences = (each.sum(), each.mean(), each.sum() / len(mu)) if others else (each, each.sum(1))
        for divergence, beta in itertools.product(divergences, sorted(betas)):
            for reconstruction in reconstructions(others):
                yield written, reconstruction + beta * divergence


VARIATIONAL = KnownLoss(
    r"\w*(vae|elbo|kld|kldivergence|klloss|gaussiankl|variational)\w*",
    "−½ Σ (1 + log σ² − μ² − σ²)",
    variational,
)
