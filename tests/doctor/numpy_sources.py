"""NumPy code as people write it, all of it right: sources, and inputs for each operation in them.

An input is written as its shape ("5x7"; "" is a number), with a + for numbers between 0 and 1, or as `label`,
five class numbers; `net` stands for the parameters of a network, whose shapes are found out.
"""

from __future__ import annotations

SOURCES: dict[str, tuple[str, dict[str, str]]] = {}


def right(name: str, source: str, **inputs: str) -> None:
    SOURCES[name] = (source, inputs)


right(
    "cs231n layers",
    '''
def affine_forward(x, w, b):
    """
    Computes the forward pass for an affine (fully-connected) layer.
    """
    out = None
    N = x.shape[0]
    out = x.reshape(N, -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = None, None, None
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    dx, x = None, cache
    dx = dout * (x > 0)
    return dx


def affine_relu_forward(x, w, b):
    a, fc_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    cache = (fc_cache, relu_cache)
    return out, cache


def affine_relu_backward(dout, cache):
    fc_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    dx, dw, db = affine_backward(da, fc_cache)
    return dx, dw, db
''',
    affine_forward="5x7 7x3 3", relu_forward="5x7", affine_relu_forward="5x7 7x3 3",
)  # fmt: skip
right(
    "cs231n batchnorm",
    """
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == 'train':
        mu = x.mean(axis=0)
        var = x.var(axis=0)
        std = np.sqrt(var + eps)
        xhat = (x - mu) / std
        out = gamma * xhat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        cache = (xhat, gamma, std)
    elif mode == 'test':
        out = gamma * x + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)
    bn_param['running_mean'] = running_mean
    return out, cache


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = (dxhat - dxhat.mean(0) - xhat * (dxhat * xhat).mean(0)) / std
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    xhat, gamma, std = cache
    m = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dx = gamma / (m * std) * (m * dout - dbeta - xhat * dgamma)
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    out = None
    if mode == 'train':
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == 'test':
        out = x
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param['mode']
    dx = None
    if mode == 'train':
        dx = dout * mask
    elif mode == 'test':
        dx = dout
    return dx
""",
    batchnorm_forward="5x7 7 7", batchnorm_backward_alt="5x7 7 7", dropout_forward="5x7",
)  # fmt: skip
right(
    "cs231n conv and pool",
    """
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param['stride'], conv_param['pad']
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    Ho = 1 + (H + 2 * pad - HH) // stride
    Wo = 1 + (W + 2 * pad - WW) // stride
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            win = xp[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]
            out[:, :, i, j] = np.tensordot(win, w, axes=([1, 2, 3], [1, 2, 3])) + b
    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    HH, WW = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    db = dout.sum(axis=(0, 2, 3))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            a, c = i * stride, j * stride
            g = dout[:, :, i, j]
            dw += np.tensordot(g, xp[:, :, a:a + HH, c:c + WW], axes=(0, 0))
            dxp[:, :, a:a + HH, c:c + WW] += np.tensordot(g, w, axes=(1, 0))
    dx = dxp[:, :, pad:-pad, pad:-pad]
    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - ph) // s + 1, (W - pw) // s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * s:i * s + ph, j * s:j * s + pw].max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            win = x[:, :, i * s:i * s + ph, j * s:j * s + pw]
            mask = win == win.max(axis=(2, 3), keepdims=True)
            dx[:, :, i * s:i * s + ph, j * s:j * s + pw] += mask * dout[:, :, i:i + 1, j:j + 1]
    return dx
""",
    conv_forward_naive="2x3x4x4 2x3x3x3 2", max_pool_forward_naive="2x3x4x4",
)  # fmt: skip
right(
    "cs231n rnn",
    """
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h, cache = None, None
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h ** 2)
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    sig = lambda v: 1 / (1 + np.exp(-v))
    i, f, o, g = sig(a[:, :H]), sig(a[:, H:2*H]), sig(a[:, 2*H:3*H]), np.tanh(a[:, 3*H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    t = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - t ** 2)
    do = dnext_h * t * o * (1 - o)
    da = np.hstack([dc * g * i * (1 - i), dc * prev_c * f * (1 - f), do, dc * i * (1 - g ** 2)])
    dx = da @ Wx.T
    dprev_h = da @ Wh.T
    dprev_c = dc * f
    dWx = x.T @ da
    dWh = prev_h.T @ da
    db = da.sum(0)
    return dx, dprev_h, dprev_c, dWx, dWh, db
""",
    rnn_step_forward="5x7 5x3 7x3 3x3 3", lstm_step_forward="5x7 5x3 5x3 7x12 3x12 12",
)  # fmt: skip
right(
    "cs231n losses",
    """
def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx


def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    Z = np.sum(np.exp(shifted), axis=1, keepdims=True)
    log_probs = shifted - np.log(Z)
    probs = np.exp(log_probs)
    N = x.shape[0]
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
""",
    svm_loss="5x3 label", softmax_loss="5x3 label",
)  # fmt: skip
right(
    "cs231n linear classifiers",
    """
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)  # initialize the gradient as zero
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - scores[y[i]] + 1  # note delta = 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW


def softmax_loss_vectorized(W, X, y, reg):
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    n = len(y)
    loss = -np.log(p[np.arange(n), y]).sum() / n + reg * np.sum(W * W)
    p[np.arange(n), y] -= 1
    dW = X.T @ p / n + 2 * reg * W
    return loss, dW
""",
    svm_loss_naive="net", softmax_loss_vectorized="net",
)  # fmt: skip
right(
    "coursera activations",
    """
def sigmoid(Z):
    A = 1/(1+np.exp(-Z))
    cache = Z
    return A, cache

def relu(Z):
    A = np.maximum(0,Z)
    assert(A.shape == Z.shape)
    cache = Z
    return A, cache

def relu_backward(dA, cache):
    Z = cache
    dZ = np.array(dA, copy=True) # just converting dz to a correct object.
    dZ[Z <= 0] = 0
    assert (dZ.shape == Z.shape)
    return dZ

def sigmoid_backward(dA, cache):
    Z = cache
    s = 1/(1+np.exp(-Z))
    dZ = dA * s * (1-s)
    return dZ

def linear_forward(A, W, b):
    Z = np.dot(W, A) + b
    cache = (A, W, b)
    return Z, cache

def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db

def linear_activation_forward(A_prev, W, b, activation):
    if activation == "sigmoid":
        Z, linear_cache = linear_forward(A_prev, W, b)
        A, activation_cache = sigmoid(Z)
    elif activation == "relu":
        Z, linear_cache = linear_forward(A_prev, W, b)
        A, activation_cache = relu(Z)
    cache = (linear_cache, activation_cache)
    return A, cache

def linear_activation_backward(dA, cache, activation):
    linear_cache, activation_cache = cache
    if activation == "relu":
        dZ = relu_backward(dA, activation_cache)
        dA_prev, dW, db = linear_backward(dZ, linear_cache)
    elif activation == "sigmoid":
        dZ = sigmoid_backward(dA, activation_cache)
        dA_prev, dW, db = linear_backward(dZ, linear_cache)
    return dA_prev, dW, db
""",
    **{
        "sigmoid": "7x5", "relu": "7x5", "linear_forward": "7x5 3x7 3x1",
        "linear_activation_forward[sigmoid]": "7x5 3x7 3x1", "linear_activation_forward[relu]": "7x5 3x7 3x1",
    },
)  # fmt: skip
right(
    "coursera two layers",
    """
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def initialize_parameters(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01
    b2 = np.zeros((n_y, 1))
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    return parameters

def forward_propagation(X, parameters):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    b2 = parameters["b2"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache

def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    cost = -np.sum(logprobs) / m
    cost = float(np.squeeze(cost))
    return cost

def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    W1 = parameters["W1"]
    W2 = parameters["W2"]
    A1 = cache["A1"]
    A2 = cache["A2"]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    return grads

def update_parameters(parameters, grads, learning_rate=1.2):
    raise SystemExit

def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    raise SystemExit
""",
    forward_propagation="net",
)  # fmt: skip
right(
    "coursera logistic",
    """
def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s

def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y) / m
    cost = np.squeeze(np.array(cost))
    grads = {"dw": dw, "db": db}
    return grads, cost
""",
    propagate="net",
)  # fmt: skip
right(
    "coursera gradient checking",
    """
def forward_propagation(x, theta):
    J = x * theta
    return J

def backward_propagation(x, theta):
    dtheta = x
    return dtheta

def gradient_check(x, theta, epsilon=1e-7):
    raise SystemExit
""",
    forward_propagation=" ",
)  # fmt: skip
right(
    "ml course labs",
    """
def compute_cost(X, y, w, b, lambda_= 1):
    m, n = X.shape
    f = 1 / (1 + np.exp(-(X @ w + b)))
    total_cost = np.sum(-y * np.log(f) - (1 - y) * np.log(1 - f)) / m
    return total_cost

def compute_gradient(X, y, w, b, lambda_=None):
    m, n = X.shape
    dj_dw = np.zeros(w.shape)
    dj_db = 0.
    for i in range(m):
        err = 1 / (1 + np.exp(-(np.dot(X[i], w) + b))) - y[i]
        for j in range(n):
            dj_dw[j] = dj_dw[j] + err * X[i, j]
        dj_db = dj_db + err
    dj_dw = dj_dw / m
    dj_db = dj_db / m
    return dj_db, dj_dw
""",
    compute_cost="net",
)  # fmt: skip
right(
    "octave style cost function",
    """
def costFunction(theta, X, y):
    m = len(y)
    h = 1 / (1 + np.exp(-X.dot(theta)))
    J = -(y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) / m
    grad = X.T.dot(h - y) / m
    return J, grad
""",
    costFunction="net",
)  # fmt: skip
right(
    "two layer net, dict",
    """
def two_layer_net(X, model, y=None, reg=0.0):
    W1, b1, W2, b2 = model['W1'], model['b1'], model['W2'], model['b2']
    N, D = X.shape
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    if y is None:
        return scores
    e = np.exp(scores - scores.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean() + 0.5 * reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    grads = {}
    d = p
    d[np.arange(N), y] -= 1
    d /= N
    grads['W2'] = hidden.T.dot(d) + reg * W2
    grads['b2'] = d.sum(0)
    dh = d.dot(W2.T) * (hidden > 0)
    grads['W1'] = X.T.dot(dh) + reg * W1
    grads['b1'] = dh.sum(0)
    return loss, grads
""",
    two_layer_net="net",
)  # fmt: skip
right(
    "two layer net, flat",
    """
def loss_and_gradients(X, y, W1, b1, W2, b2):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    pred = a1 @ W2 + b2
    loss = np.mean((pred - y) ** 2)
    dpred = 2 * (pred - y) / pred.size
    dW2 = a1.T @ dpred
    db2 = dpred.sum(axis=0, keepdims=True)
    dz1 = dpred @ W2.T * (1 - a1 ** 2)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0, keepdims=True)
    return loss, dW1, db1, dW2, db2
""",
    loss_and_gradients="net",
)  # fmt: skip
right(
    "flat forward, backward and loss",
    """
def forward(X, W1, b1, W2, b2):
    z1 = X.dot(W1) + b1
    a1 = 1 / (1 + np.exp(-z1))
    z2 = a1.dot(W2) + b2
    exp = np.exp(z2)
    a2 = exp / exp.sum(axis=1, keepdims=True)
    return z1, a1, z2, a2

def cross_entropy_loss(y_pred, y_true):
    m = y_true.shape[0]
    return -np.sum(y_true * np.log(y_pred)) / m

def backward(X, y, z1, a1, z2, a2, W2):
    m = X.shape[0]
    dz2 = a2 - y
    dW2 = a1.T.dot(dz2) / m
    db2 = dz2.sum(axis=0) / m
    dz1 = dz2.dot(W2.T) * a1 * (1 - a1)
    dW1 = X.T.dot(dz1) / m
    db1 = dz1.sum(axis=0) / m
    return dW1, db1, dW2, db2

def train(X, y):
    raise SystemExit
""",
    forward="net",
)  # fmt: skip
right(
    "blog: sigmoid and derivative of x",
    """
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_derivative(x):
    return sigmoid(x) * (1 - sigmoid(x))

def tanh(x):
    return np.tanh(x)

def tanh_prime(x):
    return 1 - np.tanh(x) ** 2

def relu(x):
    return np.maximum(0, x)

def d_relu(x):
    return np.where(x > 0, 1, 0)

def leaky_relu(x, alpha=0.01):
    return np.where(x > 0, x, alpha * x)

def leaky_relu_derivative(x, alpha=0.01):
    return np.where(x > 0, 1.0, alpha)
""",
    sigmoid="5x7", tanh="5x7", relu="5x7", leaky_relu="5x7",
)  # fmt: skip
right(
    "blog: derivative of y",
    """
def sigmoid(x):
    return 1.0/(1+ np.exp(-x))

def sigmoid_derivative(x):
    return x * (1.0 - x)

def tanh(z): return np.tanh(z)
def dtanh(y): return 1 - y**2

def relu(x): return (x > 0) * x
def relu2deriv(output): return output > 0
""",
    sigmoid="5x7", tanh="5x7", relu="5x7",
)  # fmt: skip
right(
    "blog: one function with a flag",
    """
def nonlin(x, deriv=False):
    if deriv == True:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

def tanh(x, derivative=False):
    if derivative:
        return 1 - np.tanh(x) ** 2
    return np.tanh(x)
""",
    nonlin="5x7", tanh="5x7",
)  # fmt: skip
right(
    "lambdas",
    """
sigmoid = lambda x: 1 / (1 + np.exp(-x))
d_sigmoid = lambda x: sigmoid(x) * (1 - sigmoid(x))
relu = lambda x: np.maximum(0.0, x)
relu_grad = lambda x: (x > 0).astype(float)
""",
    sigmoid="5x7", relu="5x7",
)  # fmt: skip
right(
    "camel case",
    """
def sigmoid(x): return 1 / (1 + np.exp(-x))
def sigmoidDerivative(x): return sigmoid(x) * (1 - sigmoid(x))
def ReLU(x): return np.maximum(x, 0)
def dReLU(x): return 1.0 * (x > 0)
def forwardLinear(x, W, b): return x @ W.T + b
def backwardLinear(gradOutput, x, W, b): return gradOutput @ W, gradOutput.T @ x, gradOutput.sum(0)
def softplus(x): return np.log(1 + np.exp(x))
def derivSoftplus(x): return 1 / (1 + np.exp(-x))
""",
    sigmoid="5x7", ReLU="5x7", forwardLinear="5x7 3x7 3", softplus="5x7",
)  # fmt: skip
right(
    "other names of passes",
    """
def linear_fwd(x, w): return x @ w
def linear_bwd(g, x, w): return g @ w.T, x.T @ g
def tanh_fprop(x):
    y = np.tanh(x)
    return y
def tanh_bprop(grad_y, y): return grad_y * (1 - y * y)
def fwd_relu(x): return np.maximum(x, 0), x > 0
def bwd_relu(mask, grad): return grad * mask
def square(x): return x ** 2
def square_grad(x): return 2 * x
def swish(x): return x / (1 + np.exp(-x))
def swish_backward(x, dout):
    s = 1 / (1 + np.exp(-x))
    return dout * (s + x * s * (1 - s))
def elu(x, alpha): return np.where(x > 0, x, alpha * (np.exp(x) - 1))
def elu_backward(dout, x, alpha): return dout * np.where(x > 0, 1, alpha * np.exp(x))
""",
    linear_fwd="5x7 7x3", tanh_fprop="5x7", fwd_relu="5x7", square="5x7", swish="5x7", elu="5x7 ",
)  # fmt: skip
right(
    "backward takes the output",
    """
def sigmoid_forward(x):
    out = 1 / (1 + np.exp(-x))
    return out
def sigmoid_backward(dout, out):
    return dout * out * (1 - out)
def softmax_forward(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
def softmax_backward(grad_output, output):
    return output * (grad_output - (grad_output * output).sum(-1, keepdims=True))
def tanh_forward(x):
    return np.tanh(x)
def tanh_backward(upstream, a):
    return upstream * (1 - a ** 2)
""",
    sigmoid_forward="5x7", softmax_forward="5x3", tanh_forward="5x7",
)  # fmt: skip
right(
    "cache first, and another order of gradients",
    """
def dense_forward(x, W, b):
    return x @ W + b, (x, W)
def dense_backward(cache, dout):
    x, W = cache
    dW = x.T @ dout
    db = dout.sum(axis=0, keepdims=False)
    dx = dout @ W.T
    return dW, db, dx
""",
    dense_forward="5x7 7x3 3",
)  # fmt: skip
right(
    "gradients as a dict",
    """
def linear_forward(x, W, b):
    out = x @ W + b
    cache = {"x": x, "W": W}
    return out, cache
def linear_backward(dout, cache):
    grads = {}
    grads["W"] = cache["x"].T @ dout
    grads["b"] = dout.sum(0)
    grads["x"] = dout @ cache["W"].T
    return grads
def scale_forward(x, gamma):
    return x * gamma, (x, gamma)
def scale_backward(dout, cache):
    x, gamma = cache
    return {"dgamma": (dout * x).sum(0), "dx": dout * gamma}
""",
    linear_forward="5x7 7x3 3", scale_forward="5x7 7",
)  # fmt: skip
right(
    "losses in pairs",
    """
def mse(y_true, y_pred):
    return np.mean(np.power(y_true - y_pred, 2))
def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / np.size(y_true)
def binary_cross_entropy(y_true, y_pred):
    return np.mean(-y_true * np.log(y_pred) - (1 - y_true) * np.log(1 - y_pred))
def binary_cross_entropy_prime(y_true, y_pred):
    return ((1 - y_true) / (1 - y_pred) - y_true / y_pred) / np.size(y_true)
def squared_error(pred, target):
    return 0.5 * ((pred - target) ** 2).sum()
def squared_error_derivative(target, pred):
    return pred - target
""",
    mse="5x3 5x3", binary_cross_entropy="+5x3 +5x3", squared_error="5x3 5x3",
)  # fmt: skip
right(
    "cross-entropy and delta",
    """
def softmax(X):
    exps = np.exp(X - np.max(X, axis=1, keepdims=True))
    return exps / np.sum(exps, axis=1, keepdims=True)

def cross_entropy(X, y):
    m = y.shape[0]
    p = softmax(X)
    log_likelihood = -np.log(p[range(m), y])
    loss = np.sum(log_likelihood) / m
    return loss

def delta_cross_entropy(X, y):
    m = y.shape[0]
    grad = softmax(X)
    grad[range(m), y] -= 1
    grad = grad / m
    return grad
""",
    cross_entropy="5x3 label",
)  # fmt: skip
right(
    "one loss a row, the gradient of their mean",
    """
def softmax_crossentropy_with_logits(logits, reference_answers):
    logits_for_answers = logits[np.arange(len(logits)), reference_answers]
    xentropy = - logits_for_answers + np.log(np.sum(np.exp(logits), axis=-1))
    return xentropy

def grad_softmax_crossentropy_with_logits(logits, reference_answers):
    ones_for_answers = np.zeros_like(logits)
    ones_for_answers[np.arange(len(logits)), reference_answers] = 1
    softmax = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return (- ones_for_answers + softmax) / logits.shape[0]
""",
    softmax_crossentropy_with_logits="5x3 label",
)  # fmt: skip
right(
    "jacobians",
    """
def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()
def softmax_grad(s):
    jacobian_m = np.diag(s)
    for i in range(len(jacobian_m)):
        for j in range(len(jacobian_m)):
            if i == j:
                jacobian_m[i][j] = s[i] * (1 - s[i])
            else:
                jacobian_m[i][j] = -s[i] * s[j]
    return jacobian_m
""",
    softmax="5",
)  # fmt: skip
right(
    "jacobian of each row",
    """
def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
def softmax_derivative(z):
    s = softmax(z)
    return np.einsum('ij,jk->ijk', s, np.eye(s.shape[-1])) - np.einsum('ij,ik->ijk', s, s)
""",
    softmax="5x3",
)  # fmt: skip
right(
    "single numbers",
    """
import math

def sigmoid(x):
    return 1 / (1 + math.exp(-x))
def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))
def relu(x):
    if x > 0:
        return x
    else:
        return 0
def relu_derivative(x):
    if x > 0:
        return 1
    return 0
def step_relu_forward(x):
    return max(0.0, x)
def step_relu_backward(dout, x):
    return dout if x > 0 else 0.0
""",
    sigmoid="5x7", relu="5x7", step_relu_forward="5",
)  # fmt: skip
right(
    "vectorize and wraps",
    """
import functools

def traced(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner

@np.vectorize
def hinge(x):
    return max(0, 1 - x)

@np.vectorize
def hinge_derivative(x):
    return -1 if x < 1 else 0

@traced
def affine_forward(x, w, b):
    return x @ w + b, (x, w)

@traced
def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(0)
""",
    hinge="5x7", affine_forward="5x7 7x3 3",
)  # fmt: skip
right(
    "layer with its options",
    """
def pool_forward(x, pool_size, stride):
    n, h, w = x.shape[0], (x.shape[1] - pool_size) // stride + 1, (x.shape[2] - pool_size) // stride + 1
    out = np.zeros((n, h, w))
    for i in range(h):
        for j in range(w):
            out[:, i, j] = x[:, i*stride:i*stride+pool_size, j*stride:j*stride+pool_size].mean(axis=(1, 2))
    return out
def pool_backward(dout, x, pool_size, stride):
    dx = np.zeros_like(x)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            part = dout[:, i, j][:, None, None] / pool_size ** 2
            dx[:, i*stride:i*stride+pool_size, j*stride:j*stride+pool_size] += part
    return dx
""",
    pool_forward="2x4x4",
)  # fmt: skip
right(
    "pooling by mode",
    """
def pool1d_forward(x, mode="max"):
    pairs = x.reshape(x.shape[0], -1, 2)
    out = pairs.max(-1) if mode == "max" else pairs.mean(-1)
    if mode not in ("max", "average"):
        raise ValueError(mode)
    return out, x
def pool1d_backward(dout, cache, mode="max"):
    pairs = cache.reshape(cache.shape[0], -1, 2)
    if mode == "max":
        local = (pairs == pairs.max(-1, keepdims=True)).astype(float)
    elif mode == "average":
        local = np.full(pairs.shape, 0.5)
    return (local * dout[:, :, None]).reshape(cache.shape)
""",
    **{"pool1d_forward[max]": "3x4", "pool1d_forward[average]": "3x4"},
)  # fmt: skip
right(
    "embedding, layer norm, attention",
    """
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get('eps', 1e-5)
    mu = x.mean(axis=1, keepdims=True)
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    xhat = (x - mu) / std
    out = gamma * xhat + beta
    return out, (xhat, std, gamma)
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    g = dout * gamma
    dx = (g - g.mean(1, keepdims=True) - xhat * (g * xhat).mean(1, keepdims=True)) / std
    return dx, dgamma, dbeta
def attention_forward(Q, K, V):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(s - s.max(1, keepdims=True))
    P = e / e.sum(1, keepdims=True)
    return P @ V, (Q, K, V, P)
def attention_backward(dO, cache):
    Q, K, V, P = cache
    dV = P.T @ dO
    dP = dO @ V.T
    dS = P * (dP - (dP * P).sum(1, keepdims=True)) / np.sqrt(Q.shape[1])
    return dS @ K, dS.T @ Q, dV
""",
    layernorm_forward="5x7 7 7", attention_forward="5x7 4x7 4x3",
)  # fmt: skip
right(
    "loss with upstream and keywords",
    """
def l2_forward(x, y):
    diff = x - y
    return (diff ** 2).sum(), diff
def l2_backward(diff, dout=1):
    return 2 * diff * dout
def normalize_forward(x, *, eps=1e-8):
    n = np.sqrt((x ** 2).sum(axis=1, keepdims=True) + eps)
    return x / n, (x, n)
def normalize_backward(dout, cache, *, eps=1e-8):
    x, n = cache
    return dout / n - x * (x * dout).sum(axis=1, keepdims=True) / n ** 3
""",
    l2_forward="5x7 5x7", normalize_forward="5x7",
)  # fmt: skip
right(
    "sums of losses and helpers that are no pairs",
    """
def loss(scores, labels):
    n = scores.shape[0]
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    nll = -np.log(p[np.arange(n), labels]).mean()
    d_scores = p.copy()
    d_scores[np.arange(n), labels] -= 1
    return nll, d_scores / n

def eval_numerical_gradient(f, x, h=1e-5):
    raise SystemExit
def gradient_descent(X, y, w):
    raise SystemExit
def main():
    raise SystemExit
def train(X, y, epochs):
    raise SystemExit
def accuracy(scores, labels):
    raise SystemExit
""",
    loss="5x3 label",
)  # fmt: skip
right(
    "homework: softplus, cube, and a squared hinge with its slope",
    """
def f(x):
    return x ** 3
def df(x):
    return 3 * x ** 2
def g(x):
    return np.sin(x)
def g_prime(x):
    return np.cos(x)
def softplus(z):
    return np.log1p(np.exp(z))
def softplus_deriv(z):
    return 1.0 / (1.0 + np.exp(-z))
def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))
def gelu_backward(dout, x):
    t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3))
    return dout * (0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x ** 2))
""",
    f="5x7", g="5x7", softplus="5x7", gelu="5x7",
)  # fmt: skip
right(
    "deep network with a list of widths",
    """
def init_params(layer_dims):
    params = {}
    for l in range(1, len(layer_dims)):
        params['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.1
        params['b' + str(l)] = np.zeros((layer_dims[l], 1))
    return params

def model_forward(X, params):
    Z1 = params['W1'] @ X + params['b1']
    A1 = np.maximum(0, Z1)
    Z2 = params['W2'] @ A1 + params['b2']
    e = np.exp(Z2 - Z2.max(axis=0, keepdims=True))
    AL = e / e.sum(axis=0, keepdims=True)
    return AL, (X, Z1, A1)

def compute_loss(AL, Y):
    return -np.sum(Y * np.log(AL)) / Y.shape[1]

def model_backward(AL, Y, caches, params):
    X, Z1, A1 = caches
    m = Y.shape[1]
    dZ2 = (AL - Y) / m
    dZ1 = params['W2'].T @ dZ2 * (Z1 > 0)
    return {'dW2': dZ2 @ A1.T, 'db2': dZ2.sum(axis=1, keepdims=True),
            'dW1': dZ1 @ X.T, 'db1': dZ1.sum(axis=1, keepdims=True)}
""",
    model_forward="net",
)  # fmt: skip
right(
    "linear regression",
    """
def mse_loss(w, b, X, y):
    return np.mean((X @ w + b - y) ** 2)
def mse_loss_gradient(w, b, X, y):
    r = X @ w + b - y
    grad_w = 2 * X.T @ r / len(y)
    grad_b = 2 * np.mean(r)
    return grad_w, grad_b
def ridge(w, X, y, lam):
    r = X.dot(w) - y
    loss = 0.5 * r.dot(r) + 0.5 * lam * w.dot(w)
    grad = X.T.dot(r) + lam * w
    return loss, grad
""",
    mse_loss="net", ridge="net",
)  # fmt: skip
right(
    "two outputs",
    """
def split_forward(x):
    a = x[:, :3]
    b = x[:, 3:]
    cache = x.shape
    return a, b, cache
def split_backward(da, db, cache):
    return np.concatenate([da, db], axis=1)
def mul(a, b):
    return a * b
def mul_backward(dout, a, b):
    return dout * b, dout * a
def matmul(A, B):
    C = A @ B
    return C
def matmul_backward(dC, A, B):
    dA = dC @ B.T
    dB = A.T @ dC
    return dA, dB
""",
    split_forward="5x7", mul="5x7 5x7", matmul="5x7 7x3",
)  # fmt: skip
right(
    "layers that average over the batch",
    """
def linear_forward(A, W, b):
    Z = np.dot(W, A) + b
    return Z, (A, W, b)
def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1 / m * np.dot(dZ, A_prev.T)
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db
def fc_forward(x, w, b):
    return x @ w + b, (x, w)
def fc_backward(dout, cache):
    x, w = cache
    n = len(x)
    return dout @ w.T, x.T @ dout / n, dout.mean(axis=0)
""",
    linear_forward="7x5 3x7 3x1", fc_forward="5x7 7x3 3",
)  # fmt: skip
right(
    "losses that return expressions",
    """
def l2_penalty(W, reg):
    return 0.5 * reg * np.sum(W * W), reg * W
def hinge_loss(scores, y):
    margins = np.maximum(0, 1 - y * scores)
    return margins.mean(), -y * (margins > 0) / len(y)
def network_loss(X, y, W1, b1, W2, b2):
    h = np.maximum(X @ W1 + b1, 0)
    s = h @ W2 + b2
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    rows = np.arange(len(X))
    value = -np.log(p[rows, y]).mean()
    ds = p / len(X)
    ds[rows, y] -= 1 / len(X)
    dh = ds @ W2.T * (h > 0)
    return value, (X.T @ dh, dh.sum(0), h.T @ ds, ds.sum(0))
""",
    l2_penalty="7x3 ", hinge_loss="5 5", network_loss="net",
)  # fmt: skip
right(
    "derivatives of NumPy's functions",
    """
from numpy import exp as exponential
sin = np.sin
def tanh_prime(x):
    return 1 - np.tanh(x) ** 2
def sin_derivative(x):
    return np.cos(x)
def exponential_grad(x):
    return np.exp(x)
def relu_deriv(Z):
    return Z > 0
def sigmoid_prime(a):
    return a * (1 - a)
""",
    tanh_prime="5x7", sin_derivative="5x7", exponential_grad="5x7", relu_deriv="5x7", sigmoid_prime="5x7",
)  # fmt: skip
right(
    "a network without its loss",
    """
def init_params():
    W1 = np.random.rand(10, 12) - 0.5
    b1 = np.random.rand(10, 1) - 0.5
    W2 = np.random.rand(10, 10) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return W1, b1, W2, b2

def ReLU(Z):
    return np.maximum(Z, 0)

def softmax(Z):
    A = np.exp(Z) / sum(np.exp(Z))
    return A

def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2

def ReLU_deriv(Z):
    return Z > 0

def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, 10))
    one_hot_Y[np.arange(Y.size), Y] = 1
    one_hot_Y = one_hot_Y.T
    return one_hot_Y

def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    one_hot_Y = one_hot(Y)
    dZ2 = A2 - one_hot_Y
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return dW1, db1, dW2, db2
""",
    forward_prop="net", ReLU="5x7",
)  # fmt: skip
right(
    "a regression without its loss, and two losses",
    """
def feedforward(X, W1, b1, W2, b2):
    h = np.tanh(X @ W1 + b1)
    return h @ W2 + b2, h
def backprop(X, y, out, h, W2):
    d = 2 * (out - y)
    dh = d @ W2.T * (1 - h ** 2)
    return X.T @ dh, dh.sum(0), h.T @ d, d.sum(0)
def mse(pred, target):
    return ((pred - target) ** 2).mean()
def sse(pred, target):
    return ((pred - target) ** 2).sum()
def sse_loss(pred, target):
    return ((pred - target) ** 2).sum()
""",
    feedforward="net",
)  # fmt: skip
