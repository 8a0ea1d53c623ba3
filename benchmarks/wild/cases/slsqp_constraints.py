import numpy as np


def rosen(x):
    """The Rosenbrock function"""
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def rosen_der(x):
    xm = x[1:-1]
    xm_m1 = x[:-2]
    xm_p1 = x[2:]
    der = np.zeros_like(x)
    der[1:-1] = 200 * (xm - xm_m1**2) - 400 * (xm_p1 - xm**2) * xm - 2 * (1 - xm)
    der[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
    der[-1] = 200 * (x[-1] - x[-2] ** 2)
    return der


# x0 + 2 x1 <= 1,  x0^2 + x1 <= 1,  x0^2 - x1 <= 1
ineq_cons = {
    "type": "ineq",
    "fun": lambda x: np.array([1 - x[0] - 2 * x[1], 1 - x[0] ** 2 - x[1], 1 - x[0] ** 2 + x[1]]),
    "jac": lambda x: np.array([[1.0, 2.0], [-2 * x[0], -1.0], [-2 * x[0], 1.0]]),
}


def minimize(fun, x0, jac, constraints, steps=400, lr=5e-4, rho=50.0):
    """Gradient descent with a quadratic penalty on what is below zero."""
    x = np.array(x0, dtype=float)
    for _ in range(steps):
        violation = np.minimum(constraints["fun"](x), 0)
        x = x - lr * (jac(x) + rho * constraints["jac"](x).T @ violation)
    return x, fun(x)


x0 = np.array([0.5, 0])
res = minimize(rosen, x0, jac=rosen_der, constraints=ineq_cons)
print(res)
