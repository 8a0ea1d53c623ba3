import numpy as np


def squared_loss(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean() / 2


def safe_sparse_dot(a, b):
    return a @ b


def inplace_tanh_derivative(Z, delta):
    delta *= 1 - Z**2


class MLPRegressor:
    """Multi-layer perceptron regressor, fitted with the whole batch.

    hidden_layer_sizes : tuple, alpha : strength of the L2 penalty
    """

    def __init__(self, hidden_layer_sizes=(10,), alpha=1e-4, max_iter=200, learning_rate_init=0.1):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.max_iter = max_iter
        self.learning_rate_init = learning_rate_init

    def _initialize(self, y, layer_units, random_state):
        self.n_outputs_ = y.shape[1]
        self.n_layers_ = len(layer_units)
        self.coefs_, self.intercepts_ = [], []
        for fan_in, fan_out in zip(layer_units[:-1], layer_units[1:]):
            bound = np.sqrt(6.0 / (fan_in + fan_out))
            self.coefs_.append(random_state.uniform(-bound, bound, (fan_in, fan_out)))
            self.intercepts_.append(random_state.uniform(-bound, bound, fan_out))

    def _forward_pass(self, activations):
        for i in range(self.n_layers_ - 1):
            z = safe_sparse_dot(activations[i], self.coefs_[i]) + self.intercepts_[i]
            activations.append(np.tanh(z) if i + 1 != self.n_layers_ - 1 else z)
        return activations

    def _compute_loss_grad(self, layer, n_samples, activations, deltas, coef_grads, intercept_grads):
        coef_grads[layer] = safe_sparse_dot(activations[layer].T, deltas[layer])
        coef_grads[layer] += self.alpha * self.coefs_[layer]
        coef_grads[layer] /= n_samples
        intercept_grads[layer] = np.mean(deltas[layer], 0)

    def _backprop(self, X, y):
        n_samples = X.shape[0]
        activations = self._forward_pass([X])
        loss = squared_loss(y, activations[-1])
        loss += 0.5 * self.alpha * sum(np.sum(s**2) for s in self.coefs_) / n_samples

        last = self.n_layers_ - 2
        deltas, coef_grads, intercept_grads = [None] * (last + 1), [None] * (last + 1), [None] * (last + 1)
        deltas[last] = activations[-1] - y
        self._compute_loss_grad(last, n_samples, activations, deltas, coef_grads, intercept_grads)
        for i in range(last, 0, -1):
            deltas[i - 1] = safe_sparse_dot(deltas[i], self.coefs_[i].T)
            inplace_tanh_derivative(activations[i], deltas[i - 1])
            self._compute_loss_grad(i - 1, n_samples, activations, deltas, coef_grads, intercept_grads)
        return loss, coef_grads, intercept_grads

    def fit(self, X, y, random_state=None):
        random_state = random_state or np.random.RandomState(0)
        self._initialize(y, [X.shape[1], *self.hidden_layer_sizes, y.shape[1]], random_state)
        self.loss_curve_ = []
        for _ in range(self.max_iter):
            loss, coef_grads, intercept_grads = self._backprop(X, y)
            for param, grad in zip(self.coefs_ + self.intercepts_, coef_grads + intercept_grads):
                param -= self.learning_rate_init * grad
            self.loss_curve_.append(loss)
        return self

    def predict(self, X):
        return self._forward_pass([X])[-1]


if __name__ == "__main__":
    rng = np.random.RandomState(1)
    X = rng.normal(size=(60, 4))
    y = np.stack([np.sin(X[:, 0]), X[:, 1] * X[:, 2], X[:, 3]], axis=1)
    print(MLPRegressor().fit(X, y).loss_curve_[::50])
