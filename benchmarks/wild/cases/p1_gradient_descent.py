import numpy as np

x = np.array([0.5, 1.0, 1.7, 2.6, 3.1])
y = np.array([1.9, 3.2, 4.1, 6.3, 7.0])


def model(a, b, x):
    return a * x + b


def cost_function(a, b, x, y):
    n = len(x)
    return 0.5 / n * np.square(y - model(a, b, x)).sum()


def optimize(a, b, x, y, rate=0.01):
    all_da = 0
    all_db = 0
    for i in range(len(x)):
        prediction = model(a, b, x[i])
        all_da += (prediction - y[i]) * x[i]
        all_db += prediction - y[i]
    a = a - rate * all_da
    b = b - rate * all_db
    return a, b


a, b = 0.0, 0.0
for step in range(50):
    a, b = optimize(a, b, x, y)
