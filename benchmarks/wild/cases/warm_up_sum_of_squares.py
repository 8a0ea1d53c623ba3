import numpy as np

np.random.seed(0)

# N is batch size; D_in is input dimension; H is hidden dimension; D_out is output dimension.
N, D_in, H, D_out = 16, 20, 8, 4

x = np.random.randn(N, D_in)
y = np.random.randn(N, D_out)

w1 = np.random.randn(D_in, H)
w2 = np.random.randn(H, D_out)


def forward(x, w1, w2):
    h = x.dot(w1)
    h_relu = np.maximum(h, 0)
    return h, h_relu, h_relu.dot(w2)


def loss_of(x, y, w1, w2):
    y_pred = forward(x, w1, w2)[2]
    return np.square(y_pred - y).sum()


def backprop(x, y, w1, w2):
    h, h_relu, y_pred = forward(x, w1, w2)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.T.dot(grad_y_pred)
    grad_h_relu = grad_y_pred.dot(w2.T)
    grad_h = grad_h_relu.copy()
    grad_h[h < 0] = 0
    grad_w1 = x.T.dot(grad_h)
    return grad_w1, grad_w2


learning_rate = 1e-4
for t in range(100):
    grad_w1, grad_w2 = backprop(x, y, w1, w2)
    w1 -= learning_rate * grad_w1
    w2 -= learning_rate * grad_w2
print(t, loss_of(x, y, w1, w2))
