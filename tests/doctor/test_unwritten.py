"""Bodies that are not written yet are told from those that are, by their source."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.operation.numpy_code.functions import found
from charmlp.doctor.operation.unwritten import is_unwritten
from tests.doctor.test_numpy_functions import module_of

UNWRITTEN = {
    "pass": "def f(x):\n    pass",
    "dots": "def f(x): ...",
    "docstring": 'def f(x):\n    """The gradient of x."""',
    "none": "def f(x):\n    return None",
    "bare return": "def f(x):\n    return",
    "raises": "def f(x):\n    raise NotImplementedError",
    "raises with words": "def f(x):\n    y = np.exp(x)\n    raise NotImplementedError('your turn')",
    "not implemented": "def f(x):\n    return NotImplemented",
    "cs231n": """
def f(dout, cache):
    dx, dw, db = None, None, None
    ###########################################################################
    # TODO: Implement the affine backward pass.                               #
    ###########################################################################
    pass
    return dx, dw, db
""",
    "cs231n with its cache": """
def f(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    # TODO
    return dx, dw, db
""",
    "cs231n forward": """
def f(x, w, b):
    out = None
    # TODO: Implement the affine forward pass.
    pass
    cache = (x, w, b)
    return out, cache
""",
    "cs231n dropout": """
def f(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    out = None
    if mode == 'train':
        # TODO
        pass
    elif mode == 'test':
        pass
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache
""",
    "zeros under a TODO": """
def f(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    # TODO: compute the loss and the gradient
    pass
    return loss, dW
""",
    "coursera": """
def f(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    ### START CODE HERE ### (≈ 3 lines of code)
    dW = None
    db = None
    dA_prev = None
    ### END CODE HERE ###
    return dA_prev, dW, db
""",
    "coursera without names": """
def f(dZ, cache):
    A_prev, W, b = cache
    # (≈ 3 lines of code)
    # YOUR CODE STARTS HERE

    # YOUR CODE ENDS HERE
    return dA_prev, dW, db
""",
    "dict of nothing": """
def f(params, cache):
    dW1 = None
    db1 = None
    grads = None
    return {"dW1": dW1, "db1": db1}
""",
    "empty dict": "def f(params):\n    grads = {}\n    # TODO: fill in the gradients\n    return grads",
}

WRITTEN = {
    "one line": "def f(g, x): return g * (x > 0)",
    "none for a label": "def f(g, x, y):\n    return g * x, None",
    "one of two": "def f(g, x, w):\n    dx, dw = None, None\n    dx = g * w\n    return dx, dw",
    "zero derivative": "def f(x):\n    return np.zeros_like(x)",
    "zeros that are filled": """
def f(x):
    d = np.zeros_like(x)
    # TODO: vectorize this
    for i in range(len(x)):
        d[i] = x[i]
    return d
""",
    "leaves it on a dict": "def f(grads, g):\n    grads['W'] = g",
    "initial none": "def f(dout, cache):\n    dx, x = None, cache\n    dx = dout * (x > 0)\n    return dx",
    "none at first, if then": """
def f(x, mode):
    out, cache = None, None
    if mode == 'train':
        out = x * 2
    return out, cache
""",
    "guard": "def f(x, mode='max'):\n    if mode != 'max':\n        raise NotImplementedError\n    return x",
    "hands through": "def f(dout): return dout",
    "of a global": "def f(): return N",
    "lambda": "f = lambda x: 2 * x",
    "a comprehension": "def f(xs):\n    return [x for x in xs]",
}
HEADER = "N = 3\n"


@pytest.mark.parametrize("name", UNWRITTEN)
def test_an_empty_body(name: str, tmp_path: Path) -> None:
    assert is_unwritten(module_of(HEADER + UNWRITTEN[name], tmp_path).f)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_body_that_computes(name: str, tmp_path: Path) -> None:
    assert not is_unwritten(module_of(HEADER + WRITTEN[name], tmp_path).f)


def test_what_has_no_source_is_not_called_unwritten() -> None:
    assert not is_unwritten(len)
    space: dict[str, object] = {}
    exec("def f(x): pass", space)
    assert not is_unwritten(space["f"])  # type: ignore[arg-type]


def test_a_pair_with_an_empty_half_says_which(tmp_path: Path) -> None:
    source = (
        "def relu_forward(x):\n    return np.maximum(x, 0), x\ndef relu_backward(dout, cache):\n    pass\n"
    )
    (one,) = found(module_of(source, tmp_path))
    assert one.unwritten is not None and one.unwritten.text() == "relu_backward is not written yet"
    (one,) = found(module_of(source.replace("pass", "return dout * (cache > 0)"), tmp_path))
    assert one.unwritten is None
