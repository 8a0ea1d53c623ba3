"""Layer norm: mean and variance of each row over its features."""

from charmlp.doctor.normalising import of_axis

KIND = of_axis(
    1,
    "γ (x − μ) / √(σ² + ε) + β, μ and σ² of each row",
    ("layernorm", "layernormalization", "layernormalisation", "ln"),
    rows=12,
)
