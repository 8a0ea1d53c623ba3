import numpy as np


def predict_probability(X, w):
    score = X.dot(w)
    return 1.0 / (1.0 + np.exp(-score))


def log_likelihood(X, y, w, l2_term):
    """Of labels +1 and -1, less the penalty; the intercept w[0] has none."""
    indicator = y == +1
    score = X.dot(w)
    lp = np.sum((indicator - 1) * score - np.log(1.0 + np.exp(-score)))
    return lp - l2_term * np.sum(w[1:] ** 2)


def logistic_regression_with_L2(X, y, initial_w, step_size, l2_term, max_iter=100, ver="ver1"):
    w = np.array(initial_w, dtype=float)
    for itr in range(max_iter):
        prob = predict_probability(X, w)
        indicator = y == +1
        errors = indicator - prob
        if ver == "ver1":  # update weights one by one
            for j in range(w.shape[0]):
                derivative = X[:, j].T.dot(errors)
                if j == 0:
                    w[0,] = w[0,] + step_size * derivative  # in log likelihood, we want to maximize
                else:
                    w[j,] = w[j,] + step_size * (derivative - 2 * l2_term * w[j,])
        elif ver == "ver2":  # update weights using slicing
            derivative = X.T.dot(errors)
            w[0,] = w[0,] + step_size * derivative[0,]
            w[1:,] = w[1:,] + step_size * (derivative[1:,] - 2 * l2_term * w[1:,])
    return w


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X_train = np.column_stack([np.ones(300), rng.normal(size=(300, 5))])
    y_train = np.where(X_train @ rng.normal(size=(6, 1)) + rng.logistic(size=(300, 1)) > 0, 1, -1)
    initial_w = np.zeros((6, 1))
    w_ver1 = logistic_regression_with_L2(X_train, y_train, initial_w, 1e-3, 10.0, 200, ver="ver1")
    w_ver2 = logistic_regression_with_L2(X_train, y_train, initial_w, 1e-3, 10.0, 200, ver="ver2")
    print(log_likelihood(X_train, y_train, w_ver1, 10.0), log_likelihood(X_train, y_train, w_ver2, 10.0))
    print(np.abs(w_ver1 - w_ver2).max())
