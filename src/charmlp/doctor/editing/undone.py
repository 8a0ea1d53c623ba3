"""What a mistake with a name may be undone by: changes that have the names of other mistakes."""

# Mistakes that are undone by what undoes others: g applied twice by leaving a factor out
UNDONE_AS: dict[str, tuple[str, ...]] = {
    "bias-averaged": ("extra-mean", "batch-not-summed"),
    "cotangent-twice": ("wrong-formula",),
    "cotangent-ignored": ("path-forgotten",),
    "cotangent-distorted": ("wrong-formula", "relu-mask"),
    "wrong-divisor": ("missing-mean", "extra-mean"),
    "extra-mean": ("wrong-divisor",),
    "missing-mean": ("wrong-divisor",),
    "scale-forgotten": ("wrong-formula", "factor-two"),
    "wrong-variable": ("wrong-formula", "path-forgotten"),
    "relu-mask": ("wrong-mask", "wrong-formula"),
    "wrong-mask": ("relu-mask",),
    "slope-of-upstream": ("path-forgotten", "wrong-variable"),
    "wrong-formula": (
        "factor-two",
        "path-forgotten",
        "sign-flipped",
        "wrong-variable",
        "scale-forgotten",
        "missing-mean",
        "extra-mean",
        "wrong-divisor",
        "relu-mask",
        "softmax-diagonal",
        "wrong-transpose-for-input",
        "kernel-not-flipped",
    ),
}
