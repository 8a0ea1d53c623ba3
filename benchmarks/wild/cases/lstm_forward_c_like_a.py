import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    Wf, bf, Wi, bi = parameters["Wf"], parameters["bf"], parameters["Wi"], parameters["bi"]
    Wc, bc, Wo, bo = parameters["Wc"], parameters["bc"], parameters["Wo"], parameters["bo"]
    concat = np.concatenate([a_prev, xt])
    ft = sigmoid(np.dot(Wf, concat) + bf)
    it = sigmoid(np.dot(Wi, concat) + bi)
    cct = np.tanh(np.dot(Wc, concat) + bc)
    c_next = ft * c_prev + it * cct
    ot = sigmoid(np.dot(Wo, concat) + bo)
    a_next = ot * np.tanh(c_next)
    return a_next, c_next, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


def lstm_forward(x, a0, parameters):
    """x: (n_x, m, T_x), a0: (n_a, m)."""
    caches = []
    n_x, m, T_x = x.shape
    n_a = a0.shape[0]
    a = np.zeros((n_a, m, T_x))
    c = a
    a_next = a0
    c_next = np.zeros(a_next.shape)
    for t in range(T_x):
        a_next, c_next, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t] = a_next
        c[:, :, t] = c_next
        caches.append(cache)
    return a, c, caches


def lstm_cell_backward(da_next, dc_next, cache):
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = a_next.shape[0]
    concat = np.concatenate([a_prev, xt])
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)
    dcct = dc * it * (1 - cct**2)
    dit = dc * cct * it * (1 - it)
    dft = dc * c_prev * ft * (1 - ft)
    gradients = {"dc_prev": dc * ft}
    dconcat = 0
    for gate, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        gradients["dW" + gate] = np.dot(d, concat.T)
        gradients["db" + gate] = np.sum(d, axis=1, keepdims=True)
        dconcat = dconcat + np.dot(parameters["W" + gate].T, d)
    gradients["da_prev"], gradients["dxt"] = dconcat[:n_a], dconcat[n_a:]
    return gradients


def lstm_backward(da, caches):
    n_a, m, T_x = da.shape
    parameters = caches[0][-1]
    grads = {"d" + name: np.zeros(value.shape) for name, value in parameters.items()}
    dx = np.zeros((caches[0][-2].shape[0], m, T_x))
    da_prevt = dc_prevt = np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        gradients = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        da_prevt, dc_prevt = gradients["da_prev"], gradients["dc_prev"]
        dx[:, :, t] = gradients["dxt"]
        for name in grads:
            grads[name] += gradients[name]
    return {"dx": dx, "da0": da_prevt, **grads}


def initialize(n_x, n_a, seed=1):
    np.random.seed(seed)
    parameters = {"W" + gate: np.random.randn(n_a, n_a + n_x) for gate in "fico"}
    return parameters | {"b" + gate: np.random.randn(n_a, 1) for gate in "fico"}


if __name__ == "__main__":
    parameters = initialize(3, 5)
    a, c, caches = lstm_forward(np.random.randn(3, 10, 7), np.random.randn(5, 10), parameters)
    print("a[4][3][6] =", a[4][3][6], "c[1][2][1] =", c[1][2][1], "len(caches) =", len(caches))
    gradients = lstm_backward(np.random.randn(5, 10, 7), caches)
    print('gradients["dx"][1][2] =', gradients["dx"][1][2])
