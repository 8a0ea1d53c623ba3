"""Batch norm in training: mean and variance of each feature over the batch."""

from charmlp.doctor.normalising import of_axis

KIND = of_axis(
    0,
    "γ (x − μ) / √(σ² + ε) + β, μ and σ² over the batch",
    ("batchnorm", "batchnormalization", "batchnormalisation", "bn", "batchnormd", "batchnormtrain"),
    rows=12,
)
