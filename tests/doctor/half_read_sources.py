"""Files of which the doctor reads a harmless part: wrong ones, and right ones that look alike.

WRONG: none of them may be healthy. RIGHT: all are healthy. Both are sources by what they are.
"""

NUMPY = "import numpy as np\n"
TORCH = "import torch\n"

SQUASH = """

def squash(t):
    return 1 / (1 + np.exp(-t))


def squash_derivative(t):
    s = squash(t)
    return s * (1 - s)
"""

RAMP = """

def ramp_forward(x):
    return np.maximum(x, 0), x


def ramp_backward(dout, cache):
    return dout * (cache > 0)
"""

LAYER = """

class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T
"""

WRONG = {
    "a class that learns by a method of its own": NUMPY + SQUASH + '''

class Classifier:
    """Logistic regression, one pass over the data at a time."""

    def __init__(self, width):
        self.coefficients = np.zeros(width)

    def probability(self, table):
        return squash(table @ self.coefficients)

    def absorb(self, table, goals, pace=0.1):
        p = self.probability(table)
        slip = goals - p
        self.coefficients -= pace * (table.T @ (slip * squash_derivative(p)))
''',
    "weights' gradients under a name of their own": NUMPY + '''

class Affine:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.change_of_W = self.x.T @ dout
        self.change_of_b = dout
        return dout @ self.W.T
''',
    "a network as a script": NUMPY + SQUASH + '''

X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
T = np.array([[1.0], [1.0], [0.0]])
first, second = np.random.randn(2, 4), np.random.randn(4, 1)
for _ in range(3):
    hidden = squash(X @ first)
    out = squash(hidden @ second)
    out_delta = (out - T) * squash_derivative(out)
    hidden_delta = (out_delta @ second.T) * squash_derivative(hidden)
    second -= 0.5 * hidden.T @ out_delta
    first -= 0.5 * X.T @ hidden_delta
''',
    "one step of a network, without a loop": NUMPY + SQUASH + '''

X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
T = np.array([[1.0], [1.0], [0.0]])
first, second = np.random.randn(2, 4), np.random.randn(4, 1)
hidden = squash(X @ first)
out = squash(hidden @ second)
out_delta = (out - T) * squash_derivative(out)
hidden_delta = (out_delta @ second.T) * squash_derivative(hidden)
second -= 0.5 * hidden.T @ out_delta
first -= 0.5 * X.T @ hidden_delta
''',
    "a step of least squares beside a Function": TORCH + '''

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 2 * x * g


def improved(table, goal, w, rate=0.1):
    """The coefficients after one step of least squares."""
    return w + rate * gradient_of_squares(table, goal, w)


def gradient_of_squares(table, goal, w):
    return table.T @ (table @ w - goal)
''',
    "a branch that is not taken": NUMPY + '''

class Soft:
    def __init__(self):
        self.halved = False

    def forward(self, x):
        self.y = np.tanh(x)
        return 0.5 * self.y if self.halved else self.y

    def backward(self, dout):
        if self.halved:
            return dout * (1 - 0.25 * self.y)
        return dout * (1 - self.y**2)
''',
    "cut at six": NUMPY + '''

def bounded_forward(x):
    return np.clip(x, 0, 6), x


def bounded_backward(dout, cache):
    return dout * (cache >= 0)
''',
    "both of two equal ones": NUMPY + '''

def larger_forward(left, right):
    return np.where(left >= right, left, right), (left, right)


def larger_backward(dout, cache):
    left, right = cache
    return dout * (left >= right), dout * (right >= left)
''',
    "one row for all": NUMPY + '''

class Shift:
    """Adds two arrays; NumPy broadcasts the second one."""

    def forward(self, x, by):
        self.of = x, by
        return x + by

    def backward(self, dout):
        return dout, dout
''',
    "closures of a factory": NUMPY + RAMP + '''

def scaling(factor):
    def forward(x):
        return factor * x

    def backward(dout):
        return dout / factor

    return forward, backward
''',
    "a step through time": NUMPY + SQUASH + '''

def unrolled(inputs, W, U):
    state, states = np.zeros(len(U)), []
    for x in inputs:
        state = np.tanh(W @ x + U @ state)
        states.append(state)
    return states


def through_time(inputs, states, goals, W, U):
    dW, dU = np.zeros_like(W), np.zeros_like(U)
    for t in reversed(range(len(inputs))):
        dstate = (states[t] - goals[t]) * (1 - states[t])
        dW += np.outer(dstate, inputs[t])
        dU += np.outer(dstate, states[t])
    return dW, dU
''',
    "a table of slopes": NUMPY + RAMP + '''

SHAPES = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x)),
    "sine": (np.sin, lambda x: -np.cos(x)),
}
''',
    "an error term": NUMPY + SQUASH + '''

def hidden_error_term(weights, above, activation):
    return np.dot(weights, above) * activation
''',
    "divided by a count": NUMPY + '''

class Crest:
    """The largest number of each row."""

    def forward(self, x):
        self.top = x == x.max(axis=1, keepdims=True)
        return x.max(axis=1, keepdims=True)

    def backward(self, dout):
        shares = np.sum(self.top == 1, axis=1, keepdims=True)
        return dout * self.top / np.sum(self.top == 1, axis=1, keepdims=True)
''',
    "factors of a matrix": NUMPY + SQUASH + '''

def factorise(ratings, rank=2, steps=5, eta=0.01):
    users = np.random.rand(len(ratings), rank)
    films = np.random.rand(ratings.shape[1], rank)
    for _ in range(steps):
        for u, f in zip(*ratings.nonzero()):
            miss = ratings[u, f] - users[u] @ films[f]
            users[u] -= eta * miss * films[f]
            films[f] -= eta * miss * users[u]
    return users, films
''',
    "a layer that adjusts itself": NUMPY + '''

class SelfMade:
    def __init__(self, n_in, n_out):
        self.kernel = np.random.randn(n_in, n_out)

    def forward(self, x):
        return x @ self.kernel

    def backward(self, dout):
        return dout @ self.kernel.T

    def adjust(self, x, grad_out, lr):
        self.kernel -= lr * grad_out.T @ x
''',
}  # fmt: skip

RIGHT = {
    "a layer and what applies its gradients": NUMPY + LAYER + '''
    def update(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class SGD:
    def __init__(self, lr, decay):
        self.lr, self.decay = lr, decay

    def step(self, layer):
        layer.W -= self.lr * (layer.dW + self.decay * layer.W)
        layer.b -= self.lr * layer.db
''',
    "Adam": NUMPY + RAMP + '''

class Adam:
    def __init__(self, params, lr=0.001):
        self.params, self.lr, self.t = params, lr, 0
        self.m_grad = [np.zeros_like(p) for p in params]
        self.v_grad = [np.zeros_like(p) for p in params]

    def step(self, grads):
        self.t += 1
        for i, grad in enumerate(grads):
            self.m_grad[i] = 0.9 * self.m_grad[i] + 0.1 * grad
            self.v_grad[i] = 0.999 * self.v_grad[i] + 0.001 * grad**2
            m_hat = self.m_grad[i] / (1 - 0.9**self.t)
            v_hat = self.v_grad[i] / (1 - 0.999**self.t)
            self.params[i] -= self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)
''',
    "a check by differences": NUMPY + RAMP + '''

def numeric_gradient(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        grad[i] = (f(up) - f(down)) / (2 * h)
    return grad


if __name__ == "__main__":
    x = np.random.randn(3, 4)
    dout = np.ones((3, 4))
    dx = ramp_backward(dout, x)
    dx_num = numeric_gradient(lambda v: ramp_forward(v)[0].sum(), x)
    grad_diff = np.abs(dx - dx_num).max()
    print(grad_diff)
''',
    "data, accuracy and a plot": NUMPY + '''

def load(path):
    table = np.loadtxt(path)
    mean, std = table.mean(axis=0), table.std(axis=0)
    return (table - mean) / std


def accuracy(scores, labels):
    return np.mean(scores.argmax(axis=1) == labels)


def softmax_loss(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    p = np.exp(shifted)
    p /= p.sum(axis=1, keepdims=True)
    n = len(x)
    loss = -np.log(p[np.arange(n), y]).mean()
    dx = p.copy()
    dx[np.arange(n), y] -= 1
    return loss, dx / n


def plot_losses(losses):
    slope = np.polyfit(range(len(losses)), losses, 1)[0]
    print(f"slope {slope:.3f}")
''',
    "a Function, a module and its training": TORCH + '''

class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        grad_x = 3 * x**2 * g
        return grad_x


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)

    def forward(self, x):
        return Cube.apply(self.layer(x))


def train(net, batches, optimizer):
    for x, y in batches:
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
''',
    "plain descent with gradients that are handed over": NUMPY + LAYER + '''

def descend(params, grads, lr, n):
    for key in params:
        params[key] -= lr * grads["d" + key] / n


def clip_gradients(grads, limit):
    for key, grad in grads.items():
        grads[key] = grad * min(1, limit / np.linalg.norm(grad))


def main():
    layer = Dense(3, 2)
    x = np.random.randn(4, 3)
    y = layer.forward(x)
    dx = layer.backward(np.ones_like(y))
    layer.W -= 0.1 * layer.dW
    return dx
''',
    "a little engine": NUMPY + '''

class Number:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self._backward = lambda: None

    def __add__(self, other):
        out = Number(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Number(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
''',
    "cut at six": NUMPY + '''

def bounded_forward(x):
    return np.clip(x, 0, 6), x


def bounded_backward(dout, cache):
    return dout * ((cache > 0) & (cache < 6))
''',
    "one of two equal ones": NUMPY + '''

def larger_forward(left, right):
    return np.where(left >= right, left, right), (left, right)


def larger_backward(dout, cache):
    left, right = cache
    return dout * (left >= right), dout * (right > left)
''',
    "one row for all": NUMPY + '''

def summed_to(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Shift:
    """Adds two arrays; NumPy broadcasts the second one."""

    def forward(self, x, by):
        self.shapes = x.shape, by.shape
        return x + by

    def backward(self, dout):
        return summed_to(dout, self.shapes[0]), summed_to(dout, self.shapes[1])
''',
    "a matrix that is symmetric": NUMPY + '''

def energy_loss(x, A):
    """The energy x A x and its gradient with respect to x. A must be symmetric."""
    loss = x @ A @ x
    dx = 2 * A @ x
    return loss, dx
''',
    "differences that are no gradients": NUMPY + RAMP + '''

def simulate(speed, dt, steps):
    position, d = 0.0, 0.5
    for _ in range(steps):
        position += speed * dt
    return position * d


def values(rewards, gamma=0.9):
    table = np.zeros(len(rewards))
    while True:
        new = rewards + gamma * np.roll(table, 1)
        delta = np.abs(new - table).max()
        table = new
        if delta < 1e-6:
            return table


def model_sizes(d_model, heads):
    d_k = d_model // heads
    return d_k * heads
''',
    "a branch for each activation": NUMPY + '''

def shaped_forward(x, activation):
    if activation == "relu":
        return np.maximum(x, 0), x
    if activation == "tanh":
        return np.tanh(x), x


def shaped_backward(dout, cache, activation):
    if activation == "relu":
        return dout * (cache > 0)
    if activation == "tanh":
        return dout * (1 - np.tanh(cache) ** 2)
''',
    "a network that returns its gradients": NUMPY + '''

class TwoLayers:
    def __init__(self, n_in, n_hidden, n_out):
        self.params = {
            "W1": 0.1 * np.random.randn(n_in, n_hidden), "b1": np.zeros(n_hidden),
            "W2": 0.1 * np.random.randn(n_hidden, n_out), "b2": np.zeros(n_out),
        }

    def loss(self, X, y):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        hidden = np.maximum(X @ W1 + b1, 0)
        scores = hidden @ W2 + b2
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        n = len(X)
        loss = -np.log(p[range(n), y]).mean()
        dscores = p
        dscores[range(n), y] -= 1
        dscores /= n
        dhidden = dscores @ W2.T
        dhidden[hidden <= 0] = 0
        grads = {"W1": X.T @ dhidden, "b1": dhidden.sum(axis=0),
                 "W2": hidden.T @ dscores, "b2": dscores.sum(axis=0)}
        return loss, grads

    def train(self, X, y, lr=0.1, epochs=5):
        for _ in range(epochs):
            loss, grads = self.loss(X, y)
            for key in self.params:
                self.params[key] -= lr * grads[key]
        return loss
''',
    "a distance of two arrays": NUMPY + '''

def gap_forward(a, b):
    n = a.shape[0]
    return np.sum((a - b) ** 2) / n, (a, b, n)


def gap_backward(dout, cache):
    a, b, n = cache
    da = 2 * dout * (a - b) / n
    return da, -da
''',
    "labels get a gradient too": NUMPY + '''

class SquaredError:
    def forward(self, y_pred, y_true):
        self.difference = y_pred - y_true
        return np.mean(self.difference**2)

    def backward(self, dout=1.0):
        grad = 2 * self.difference / self.difference.size
        return dout * grad
''',
}  # fmt: skip
