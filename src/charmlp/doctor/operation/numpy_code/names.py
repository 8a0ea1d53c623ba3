"""What the names in NumPy code say: which function is whose backward pass, and what a parameter is."""

import re

FORWARD = {"forward", "fwd", "fprop", "feedforward"}
BACKWARD = {"backward", "bwd", "bprop", "backprop", "backpropagate", "backpropagation", "back"}
DERIVATIVE = {"derivative", "deriv", "prime", "der", "diff", "d", "grad", "gradient", "gradients", "delta"}
PLAIN = {
    "naive",
    "fast",
    "vectorized",
    "np",
    "numpy",
    "function",
    "func",
    "fn",
    "compute",
    "get",
    "calc",
    "of",
}

UPSTREAM = re.compile(
    r"d_?(out|outs|output|next|upstream|values|scores|loss|y|z|a|h|s|l|Y|Z|A|H|S|L)|d[A-Z]\w*"
    r"|g|gy|gz|gout|grad|grads|gradient|delta|error|err|up|upstream|accum_grad|gradients"
    r"|(grad|gradient|d|delta|error|upstream)_?(out|output|outputs|y|z|a|h|upstream|next|loss|gradient|grad)"
    r"|(out|output|y|top|upstream|next)_?(grad|gradient|diff|delta|error)|dL_?d\w+|dJ_?d\w+"
)
CACHE = re.compile(r"cache[sd]?|.*_cache|ctx|context|saved|memory|tape|state|intermediates?|stored|mem")
OUTPUT = re.compile(r"out|outputs?|y|a|activations?|A|s|S|probs?|p|result|h|yhat|y_hat|y_out|sig|sigmoid|act")


def words_of(name: str) -> list[str]:
    """The words of a name in snake or camel case.

    >>> words_of("softmax_loss"), words_of("reluBackward"), words_of("conv2d_forward_naive")
    (['softmax', 'loss'], ['relu', 'backward'], ['conv2d', 'forward', 'naive'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*[a-z]*|\d+", name)]


def stem_of(name: str) -> str:
    """The words that say what it is, without those that say which pass.

    >>> stem_of("affine_backward"), stem_of("backward_affine"), stem_of("sigmoid_prime"), stem_of("d_tanh")
    ('affine', 'affine', 'sigmoid', 'tanh')
    """
    return "".join(word for word in words_of(name) if word not in FORWARD | BACKWARD | DERIVATIVE | PLAIN)


def is_of_backward(name: str) -> bool:
    """Whether a name says that a function is a backward pass or a derivative."""
    return bool((BACKWARD | DERIVATIVE) & set(words_of(name)))


def is_upstream(name: str) -> bool:
    return bool(UPSTREAM.fullmatch(name))


def of_gradient(name: str) -> str:
    """What a gradient's name is a gradient of.

    >>> [of_gradient(name) for name in ("dx", "dW1", "grad_b", "w_grad", "d_gamma", "nabla_b")]
    ['x', 'w1', 'b', 'w', 'gamma', 'b']
    """
    plain = name.lower()
    for pattern in (
        r"(?:grads?|gradient|nabla|delta|d)_(\w+)",
        r"(\w+)_(?:grads?|gradient|delta)",
        r"d(\w+)",
    ):
        if found := re.fullmatch(pattern, plain):
            return found[1]
    return plain
