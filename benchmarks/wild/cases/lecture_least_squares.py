import numpy as np


def f(X, theta):
    """The linear model to fit: X (n, d + 1), theta (d + 1,)"""
    return X.dot(theta)


def mean_squared_error(theta, X, y):
    """J(theta), with the half that makes its gradient simple"""
    return 0.5 * np.mean((y - f(X, theta)) ** 2)


def mse_gradient(theta, X, y):
    """The gradient of J(theta)"""
    return np.mean((f(X, theta) - y) * X.T, axis=1)


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    X = np.c_[rng.normal(size=(50, 2)), np.ones(50)]
    y = X.dot([2.0, -1.0, 0.5]) + 0.1 * rng.normal(size=50)

    threshold = 1e-3
    step_size = 4e-1
    theta, theta_prev = np.array([2.0, 1.0, 0.0]), np.ones(3)
    opt_pts, opt_grads, iter = [theta], [], 0
    while np.linalg.norm(theta - theta_prev) > threshold and iter < 200:
        if iter % 10 == 0:
            print(f"Iteration {iter}. MSE: {mean_squared_error(theta, X, y):.6f}")
        theta_prev = theta
        gradient = mse_gradient(theta, X, y)
        theta = theta_prev - step_size * gradient
        opt_pts += [theta]
        opt_grads += [gradient]
        iter += 1
