import numpy as np

x = np.array([20, 43, 63, 26, 53, 31, 58, 46, 58, 70], dtype=float)
y = np.array([120, 128, 141, 126, 134, 128, 136, 132, 140, 144], dtype=float)

m_curr = b_curr = 0.0
iterations = 40
n = len(x)
learning_rate = 0.0005


def cost_of(m, b):
    return (1 / n) * sum(val**2 for val in (y - (m * x + b)))


def derivatives(m, b):
    y_predicted = m * x + b
    md = -(2 / n) * sum(x * (y - y_predicted))
    bd = -(2 / n) * sum(y - y_predicted)
    return md, bd


for i in range(iterations):
    cost = cost_of(m_curr, b_curr)
    md, bd = derivatives(m_curr, b_curr)
    m_curr = m_curr - learning_rate * md
    b_curr = b_curr - learning_rate * bd
    print(f"m {m_curr}, b {b_curr}, cost {cost} iteration {i}")
