import random

import torch


def synthetic_data(w, b, num_examples):
    """Generate y = X w + b + noise."""
    X = torch.zeros(size=(num_examples, len(w)), dtype=torch.float64).normal_()
    y = X @ w + b
    y += torch.zeros_like(y).normal_(0, 0.01)
    return X, y


def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(indices), batch_size):
        j = torch.tensor(indices[i : i + batch_size])
        yield features[j], labels[j]


def linreg(X, w, b):
    return X @ w + b


def squared_loss(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, lr, batch_size):
    for param in params:
        param.data.sub_(lr * param.grad / batch_size)
        param.grad.data.zero_()


def train_step(X, y, w, b, lr, batch_size):
    loss = squared_loss(linreg(X, w, b), y)
    loss.mean().backward()
    sgd([w, b], lr, batch_size)


if __name__ == "__main__":
    torch.manual_seed(0)
    true_w, true_b = torch.tensor([2.0, -3.4], dtype=torch.float64), 4.2
    features, labels = synthetic_data(true_w, true_b, 200)
    w = torch.normal(0, 0.01, size=(2,), dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    for epoch in range(3):
        for X, y in data_iter(10, features, labels):
            train_step(X, y, w, b, 0.03, 10)
        print(f"epoch {epoch + 1}, loss {squared_loss(linreg(features, w, b), labels).mean().item():f}")
