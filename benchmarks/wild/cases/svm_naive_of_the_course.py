import numpy as np


def svm_loss_naive(W, X, y, reg):
    """
    Structured SVM loss function, naive implementation (with loops).

    - W: weights (D, C)
    - X: a minibatch of data (N, D)
    - y: labels (N,), y[i] = c means that X[i] has label c
    - reg: regularization strength
    """
    dW = np.zeros(W.shape)

    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        true_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - true_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]

    loss /= num_train
    dW /= num_train

    loss += reg * np.sum(W * W)
    dW += reg * W

    return loss, dW


class LinearSVM:
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-1, reg=1e-2, num_iters=40, batch_size=20):
        self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)
        history = []
        for _ in range(num_iters):
            batch = np.random.choice(len(X), batch_size)
            loss, grad = svm_loss_naive(self.W, X[batch], y[batch], reg)
            history.append(loss)
            self.W -= learning_rate * grad
        return history


if __name__ == "__main__":
    X = np.random.randn(100, 5)
    y = np.argmax(X[:, :3], axis=1)
    print(LinearSVM().train(X, y)[-1])
