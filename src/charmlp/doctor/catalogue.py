"""The mistakes that the doctor can name: stable numbers, stable names, and the page to read.

A row's number and name are what `--format json` promises; they are never used for another mistake.
Mistakes without a row (None) are named as well, but are not among the two dozen that people make most.
"""

ROWS = {
    1: "missing-mean",
    2: "extra-mean",
    3: "wrong-divisor",
    4: "factor-two",
    5: "sign-flipped",
    6: "batch-not-summed",
    7: "bias-averaged",
    8: "weight-transposed",
    9: "wrong-transpose-for-input",
    10: "wrong-order",
    11: "missing-gradient",
    12: "cotangent-ignored",
    13: "cotangent-twice",
    14: "cotangent-distorted",
    15: "relu-mask",
    16: "wrong-mask",
    17: "kink-choice",
    18: "wrong-variable",
    19: "softmax-diagonal",
    20: "target-forgotten",
    21: "softmax-twice",
    22: "unstable",
    23: "saved-edited",
    24: "edited-in-place",
    25: "random-forward",
    26: "wrong-dtype",
    27: "forward-wrong",
    28: "path-forgotten",
    29: "kernel-not-flipped",
    30: "ties",
    31: "scale-forgotten",
    32: "not-accumulated",
    33: "wrong-threshold",
    34: "slope-of-upstream",
}
NUMBERS: dict[str, int | None] = {name: number for number, name in ROWS.items()} | dict.fromkeys(
    ("constant-factor", "wrong-formula", "backward-raises", "engine-refuses", "structure", "unrecognised")
)
PAGE_OF_ROW = {1: "mean", 2: "mean", 3: "mean", 22: "stability"}  # whatever the kind
USUAL_PAGE = PAGE_OF_ROW | {
    4: "squared-error",
    **dict.fromkeys((6, 7, 8, 9), "linear"),
    **dict.fromkeys((15, 16, 17, 18, 33, 34), "activations"),
    **dict.fromkeys((19, 20, 21), "softmax-cross-entropy"),
    28: "normalisation",
    **dict.fromkeys((29, 30), "convolution"),
    **dict.fromkeys((31, 32), "layers"),
}


def page(name: str, page_of_kind: str = "chain") -> str:
    """The derivation to read, relative to the repository; `chain` where nothing is known of the kind.

    >>> page("missing-mean", "linear"), page("sign-flipped", "linear"), page("sign-flipped")
    ('docs/derivations/mean.md', 'docs/derivations/linear.md', 'docs/derivations/chain.md')
    """
    return f"docs/derivations/{PAGE_OF_ROW.get(NUMBERS[name] or 0, page_of_kind)}.md"


def usual_page(name: str) -> str:
    """The page, by its stem, that explains a mistake where nothing is said of the kind."""
    return USUAL_PAGE.get(NUMBERS[name] or 0, "chain")


def topic(name: str, kind: str) -> str:
    """What `charmlp doctor --explain` takes for a mistake in an operation of that kind ("": not known).

    >>> topic("missing-mean", "mse"), topic("sign-flipped", "mse"), topic("sign-flipped", "")
    ('missing-mean', 'mse', 'sign-flipped')
    """
    return name if not kind or (NUMBERS[name] or 0) in PAGE_OF_ROW else kind
