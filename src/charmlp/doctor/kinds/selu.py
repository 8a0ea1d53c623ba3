"""y = λ x where x > 0, λ α (eˣ − 1) elsewhere, with the two numbers that keep mean 0 and variance 1."""

import numpy as np

from charmlp.doctor.checks.stability import is_finite_at_zero, stays_finite
from charmlp.doctor.kind import Form, Wrong, activation, wrong_form
from charmlp.doctor.kinds.elu import WRONG, elu, exponential, negative

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772
PARAMETERS = {"scale": SCALE, "alpha": ALPHA}

KIND = activation(
    aliases=("selu", "scaledexponentiallinearunit", "scaledelu"),
    forms=(
        Form("λ x [x > 0] + λ α (eˣ − 1) [x ≤ 0]", elu, parameters=PARAMETERS),
        Form(
            "λ x [x > 0] + λ α (eˣ − 1) [x ≤ 0], λ = 1.0507, α = 1.67326",
            elu,
            parameters={"scale": 1.0507, "alpha": 1.67326},
        ),
        wrong_form("x [x > 0] + α (eˣ − 1) [x ≤ 0]", lambda v: elu({**v, **PARAMETERS, "scale": 1.0})),
        wrong_form("λ x [x > 0] + λ (eˣ − 1) [x ≤ 0]", lambda v: elu({**v, **PARAMETERS, "alpha": 1.0})),
    ),
    gradient="g · (λ [x > 0] + λ α eˣ [x ≤ 0])",
    wrong=(
        Wrong(
            "g · ([x > 0] + α eˣ [x ≤ 0])",
            lambda v, y, g: g * np.where(v["x"] > 0, 1, exponential(v, y) / v["scale"]),
            "scale-forgotten",
        ),
        Wrong(
            "g · ([x > 0] + λ α eˣ [x ≤ 0])",
            lambda v, y, g: g * np.where(v["x"] > 0, 1, exponential(v, y)),
            "scale-forgotten",
        ),
        Wrong(
            "g · (λ [x > 0] + α eˣ [x ≤ 0])",
            lambda v, y, g: g * np.where(v["x"] > 0, v["scale"], v["alpha"] * np.exp(negative(v["x"]))),
            "scale-forgotten",
        ),
        *WRONG,
    ),
    checks=(stays_finite, is_finite_at_zero),
)
