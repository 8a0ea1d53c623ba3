import numpy as np

x = np.array([1.0, 5.0, 6.0])
y = np.array([0.0, 16.0, 20.0])
w = 2.0
b = 2.0
learning_rate = 0.0001
for epoch in range(11):
    out = x * w + b
    cost = np.sum((y - out) ** 2)
    dcdw = np.sum(-2 * (out - y) * x)
    dcdb = np.sum(-2 * (out - y))
    w = w - learning_rate * dcdw
    b = b - learning_rate * dcdb
