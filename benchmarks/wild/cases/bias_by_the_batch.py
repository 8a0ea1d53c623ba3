import numpy as np

np.random.seed(0)

X = np.random.randn(40, 3)
Y = (X[:, :1] * X[:, 1:2] > 0).astype(float)

theta1 = np.random.randn(3, 4)
b1 = np.zeros((1, 4))
theta2 = np.random.randn(4, 1)
b2 = np.zeros((1, 1))
alpha = 0.02


def forward(x, theta1, b1, theta2, b2):
    z1 = x.dot(theta1) + b1
    h1 = 1 / (1 + np.exp(-z1))
    z2 = h1.dot(theta2) + b2
    h2 = 1 / (1 + np.exp(-z2))
    return h1, h2


def cost(x, y, theta1, b1, theta2, b2):
    return 0.5 * np.sum((forward(x, theta1, b1, theta2, b2)[1] - y) ** 2)


def backprop(x, y, theta1, b1, theta2, b2):
    h1, h2 = forward(x, theta1, b1, theta2, b2)
    dh2 = h2 - y
    # back prop
    dz2 = dh2 * (1 - dh2)
    H1 = np.transpose(h1)
    dw2 = np.dot(H1, dz2)
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dh1 = np.dot(dz2, np.transpose(theta2))
    dz1 = dh1 * (h1 * (1 - h1))
    dw1 = np.dot(np.transpose(x), dz1)
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dw1, db1, dw2, db2


for i in range(200):
    dw1, db1, dw2, db2 = backprop(X, Y, theta1, b1, theta2, b2)
    theta1 = theta1 - alpha * dw1
    theta2 = theta2 - alpha * dw2
    b1 += -alpha * db1
    b2 += -alpha * db2

print("accuracy", np.mean((forward(X, theta1, b1, theta2, b2)[1] > 0.5) == Y))
