import torch


def sample_batch(X, y, num_train, batch_size):
    idx = torch.randint(0, num_train, (batch_size,))
    return X[idx], y[idx]


def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.mm(W)
    scores -= torch.max(scores)  # numeric stability
    exp_scores = torch.exp(scores)
    probs = exp_scores / exp_scores.sum(dim=1, keepdim=True)
    rows = torch.arange(num_train)
    loss = -torch.log(probs[rows, y]).sum() / num_train
    loss += reg * torch.sum(W * W)

    dscores = probs.clone()
    dscores[rows, y] -= 1
    dW = X.t().mm(dscores) / num_train
    dW += 2 * reg * W
    return loss, dW


def train_linear_classifier(loss_func, W, X, y, learning_rate=1e-2, reg=1e-5, num_iters=50, batch_size=20):
    num_train, dim = X.shape
    if W is None:
        num_classes = int(torch.max(y)) + 1
        W = 0.000001 * torch.randn(dim, num_classes, dtype=X.dtype)
    loss_history = []
    for _ in range(num_iters):
        X_batch, y_batch = sample_batch(X, y, num_train, batch_size)
        loss, grad = loss_func(W, X_batch, y_batch, reg)
        loss_history.append(loss.item())
        W = W - learning_rate * grad
    return W, loss_history


def predict_linear_classifier(W, X):
    return X.mm(W).argmax(dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    X = torch.randn(60, 8, dtype=torch.float64)
    y = X[:, :3].argmax(dim=1)
    W, history = train_linear_classifier(softmax_loss_vectorized, None, X, y)
    print(history[-1], (predict_linear_classifier(W, X) == y).double().mean().item())
