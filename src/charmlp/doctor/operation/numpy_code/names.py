"""What the names in NumPy code say: which function is whose backward pass, and what a parameter is."""

import functools
import re
from collections.abc import Sequence

FORWARD = {
    "forward",
    "forwards",
    "forwarding",
    "fwd",
    "fprop",
    "fp",
    "feedforward",
    "propagation",
    "prop",
    "pass",
}
BACKWARD = {
    "backward", "backwards", "backwarding", "bwd", "bprop", "backprop", "backpropagate", "backpropagation",
    "back", "bp", "vjp", "bw", "pullback", "rev", "reverse",
}  # fmt: skip
DERIVATIVE = {
    "derivative", "derivatives", "deriv", "derive", "derivate", "derived", "deriva", "prime", "der", "diff",
    "d", "dx", "dz", "df", "grad", "gradient", "gradients", "grads", "delta", "dev", "slope", "jacobian",
}  # fmt: skip
PLAIN = {
    "naive", "fast", "vectorized", "vec", "np", "numpy", "function", "func", "fn", "compute", "get", "calc",
    "calculate", "of", "alt", "loop", "loops", "strides", "step", "my", "single", "batch", "the", "with",
    "for", "model", "partial", "all",
}  # fmt: skip
# A function with one of these in its name checks or uses gradients, and is nobody's backward pass
OTHER = {
    "check", "checking", "checker", "numerical", "numeric", "numerically", "descent", "update",
    "plot", "test", "print", "eval", "apply", "zero", "optimize", "show", "train", "demo",
    "main", "verify", "compare", "estimate", "policy", "boosting", "predict", "run",
}  # fmt: skip

UPSTREAM = re.compile(
    r"d_?(out|outs|output|outputs|next|upstream|values?|scores?|loss|logits|probs|pred|y|z|a|h|s|l|u|v|o|c|f|yhat|y_hat)"
    r"|eps(ilon)?_next|d_?(next|prev)_?\w*|d\w*_(next|prev)|(next|up)_?d\w+"
    r"|d[lje]_?d_?\w+|d|g|gs|gy|gz|gout|grads?|gradients?|deltas?|error|err|errors|up|upstream|accum_?grad|cotangent|vjp|ct"
    r"|(grad|gradient|delta|error|err|upstream|backprop|chain|incoming|up)_?(out|outputs?|output_?grad|y|z|a|h|upstream|next|loss"
    r"|gradients?|grads?|in|from_\w+|wrt_\w+|of_\w+|l|term|signal|prev|layer|scores?|logits)"
    r"|(out|outputs?|y|top|upstream|next|prev|loss|incoming|up|chain|backward|z|a|layer|downstream|error|accumulated)"
    r"_?(grads?|gradients?|diff|deltas?|error|err|deriv(ative)?s?)"
)
SURELY_UPSTREAM = re.compile(
    r"(d|grads?|gradients?|upstream)_?(out|outputs?)|(out|outputs?|upstream|top)_?(grads?|gradients?|diff|deriv)|upstream"
)
CACHE = re.compile(
    r"cache[sd]?|\w*_caches?|\w+cache|ctx|context|saved|memory|tape|memos?|state|intermediates?|stored|mem|save|history|fwd_?\w*"
    r"|forward_\w+|activations_and_zs",
    re.IGNORECASE,
)
OUTPUT = re.compile(
    r"out|outputs?|outgoing|y|a|activations?|activated|A|s|S|probs?|probabilities|p|result|res|h|H|yhat|y_?hat|y_out|sig|sigmoid|act"
    r"|softmax|sig\w*|tanh\w*|\w+_(out|output|act|activated|result)|al|AL|a\d|A\d|layer|fx|f_x|value|soft|sm"
)
LOSS = re.compile(
    r"\w*(loss|cost|error|err|nll|xent|entropy|objective|obj|likelihood|mse|bce)\w*|l|j|e|c|J\w*|L|E|C",
    re.IGNORECASE,
)
GRADIENT = re.compile(r"d\w*|\w*grad\w*|g|G|delta\w*|nabla\w*|\w+_deltas?", re.IGNORECASE)
TRUTH = re.compile(
    r"\w*(true|label|target|truth|gt|onehot|one_hot|actual|expected|desired|ideal|wanted|answer|reference|ground|correct)\w*"
    r"|t|ts|y|ys|y_?(train|batch|b|real|test|i|data|enc|oh|hot|mb|dev)|d",
    re.IGNORECASE,
)
PREDICTION = re.compile(
    r"\w*(pred|hat|out|logit|score|prob|input|estimat|hypothesis)\w*|x|xs|z|zs|a|al|a\d|p|q|h|o|s|yp|yh",
    re.IGNORECASE,
)
DATA = re.compile(
    r"x|xs|inputs?|data|features?|x_?(train|batch|b|data|in|input|mb|test|dev)|a_?0|samples?|images?|input_(data|batch)|points"
    r"|observations|batch|layer_?0",
    re.IGNORECASE,
)
WEIGHT = re.compile(
    r"(w|weights?|theta|kernel|m|syn|synapses?|synaptic_?weights?|u|coefs?|beta|params?)_?(\d*|[a-z]{1,3}|\d_\d|hidden|output)"
    r"|(w|weights?|kernel)_[a-z]+|v|\w+_weights?",
    re.IGNORECASE,
)
BIAS = re.compile(
    r"(b|bias|biases|intercept)_?(\d*|[a-z]|out|hidden|output)|(b|bias)_[a-z]+|\w+_(bias|biases)",
    re.IGNORECASE,
)
# What a layer of this name leads from and to: inputs D, hidden units H, outputs K
ENDS = {
    "HH": r"w_?(hh|aa)|whh|u|w_?rec\w*|\w*_h",
    "DH": r"w_?(xh|ax|ih|hx|x|in)",
    "HK": r"w_?(hy|ya|ho|y|out)",
}
DICT = re.compile(
    r"params?|parameters|params_values|model|weights|net|network|theta|par|p|w_and_b|layers?|variables",
    re.IGNORECASE,
)
S_SHAPED = re.compile("sigmoid")  # the tanh has the shape of an S as well
RETURNS_TANH = re.compile(r"return (math|np|numpy)\.tanh\(")


def words_of(name: str) -> list[str]:
    """The words of a name in snake or camel case.

    >>> words_of("softmax_loss"), words_of("reluBackward"), words_of("conv2d_forward_naive")
    (['softmax', 'loss'], ['relu', 'backward'], ['conv2d', 'forward', 'naive'])
    >>> words_of("dReLU"), words_of("relu2deriv")
    (['d', 'relu'], ['relu', 'deriv'])
    """
    plain = re.sub(r"(?i)relu", "Relu", name) if re.search(r"ReLU|RELU|ReLu", name) else name
    plain = re.sub(r"([A-Z])[Ee]LU", r"\1elu", plain)
    plain = re.sub(r"([a-z])2(deriv\w*|grad\w*)$", r"\1_\2", plain)
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*[a-z]*|\d+", plain)]


def stem_of(name: str) -> str:
    """The words that say what it is, without those that say which pass.

    >>> stem_of("affine_backward"), stem_of("backward_affine"), stem_of("sigmoid_prime"), stem_of("d_tanh")
    ('affine', 'affine', 'sigmoid', 'tanh')
    """
    return "".join(word for word in words_of(name) if word not in FORWARD | BACKWARD | DERIVATIVE | PLAIN)


def meant_by(name: str) -> str:
    """What an operation is called, without the word for the pass.

    >>> meant_by("batchnorm_forward"), meant_by("forwardReLU"), meant_by("forward")
    ('batchnorm', 'relu', 'forward')
    """
    return "_".join(word for word in words_of(name) if word not in FORWARD | {"naive", "fast"}) or name


def is_of_backward(name: str) -> bool:
    """Whether a name says that a function is a backward pass or a derivative."""
    words = set(words_of(name))
    clips = "clip" in words and not BACKWARD & words  # clip_gradients
    return bool((BACKWARD | DERIVATIVE) & words) and not OTHER & words and not clips


def is_to_grow(name: str) -> bool:
    """Whether a value is to become larger: a likelihood, a reward.

    >>> is_to_grow("log_likelihood"), is_to_grow("neg_log_likelihood"), is_to_grow("likelihood_loss")
    (True, False, False)
    """
    is_higher = bool(
        re.search(r"log_?like|likelihood|objective|reward|elbo|return|utility", name, re.IGNORECASE)
    )
    return is_higher and not {"neg", "negative", "nll", "loss", "cost"} & set(words_of(name))


def is_derivative(name: str) -> bool:
    return is_of_backward(name) and not BACKWARD & set(words_of(name))


def is_of_forward(name: str) -> bool:
    words = set(words_of(name))
    return bool(FORWARD & words) and not (BACKWARD | DERIVATIVE | OTHER) & words


def is_upstream(name: str) -> bool:
    return bool(UPSTREAM.fullmatch("_".join(words_of(name)))) or bool(re.fullmatch(r"d[A-Z]\w*", name))


def is_surely_upstream(name: str) -> bool:
    """Whether nobody would call an input or output so: `out_grad`, but not `g`, the name of any function."""
    return bool(SURELY_UPSTREAM.fullmatch("_".join(words_of(name))))


def is_cache(name: str) -> bool:
    return bool(CACHE.fullmatch(name))


def caches_among(returned: Sequence[str]) -> list[bool]:
    """Which of the results of a forward pass are its cache; what attention computes first is called context.

    >>> caches_among(["context", "cache"]), caches_among(["out", "context"])
    ([False, True], [False, True])
    """
    return [
        is_cache(name)
        and not (i == 0 and len(returned) > 1 and name.lower() in ("context", "state", "memory"))
        for i, name in enumerate(returned)
    ]


def is_truth(name: str) -> bool:
    return bool(TRUTH.fullmatch(name)) and not re.search(r"pred|hat", name.lower())


def is_mask(name: str) -> bool:
    """Whether it is what dropout multiplies by, drawn outside."""
    return "mask" in name.lower()


def is_loss(name: str) -> bool:
    return bool(LOSS.fullmatch(name))


def is_weight(name: str) -> bool:
    return bool(WEIGHT.fullmatch(name)) and not is_bias(name)


def is_bias(name: str) -> bool:
    """Whether it is what a layer adds.

    >>> [is_bias(name) for name in ("b1", "bh", "b_out", "hidden_bias", "beta", "batch")]
    [True, True, True, True, False, False]
    """
    return bool(BIAS.fullmatch(name))


def is_parameter(name: str) -> bool:
    """Whether it is a layer's own, and no input as `u` and `v` may be."""
    return (is_weight(name) and name.lower() not in ("m", "u", "v")) or is_bias(name) or name == "gamma"


def ends_of(name: str) -> str:
    """The letters of what the weights of a layer connect, where their name says so; else "".

    >>> ends_of("Whh"), ends_of("W_xh"), ends_of("why"), ends_of("W1")
    ('HH', 'DH', 'HK', '')
    """
    return next((ends for ends, each in ENDS.items() if re.fullmatch(each, name, re.IGNORECASE)), "")


def is_gradient(name: str) -> bool:
    return bool(GRADIENT.fullmatch(name))


def prediction_of(inputs: Sequence[str]) -> int:
    """Which input of a loss is the prediction."""
    for i, name in enumerate(inputs):
        if not is_truth(name) and PREDICTION.fullmatch(name):
            return i
    return next((i for i, name in enumerate(inputs) if not is_truth(name)), 0)


@functools.lru_cache(maxsize=4096)  # asked in every run of a search
def of_gradient(name: str) -> str:
    """What a gradient's name is a gradient of.

    >>> [of_gradient(name) for name in ("dx", "dW1", "grad_b", "w_grad", "nabla_b", "dL_dw", "dA_prev")]
    ['x', 'w1', 'b', 'w', 'b', 'w', 'a_prev']
    """
    plain = name.lower()
    for pattern in (
        r"d(?:l|j|e|c|loss|cost)_?d_?(\w+)",
        r"(?:grads?|gradient|nabla|delta|d)_(\w+)",
        r"(\w+)_(?:grads?|gradient|deltas?|deriv(?:ative)?)",
        r"grad(?:ient)?s?(\w+)",
        r"d(\w+)",
    ):
        if found := re.fullmatch(pattern, plain):
            return found[1]
    return plain
