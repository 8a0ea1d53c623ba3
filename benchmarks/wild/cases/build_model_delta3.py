# delta3 = y - yhat, says the text above the code
import numpy as np

reg_lambda = 0.01


def forward(model, X):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    a1 = np.tanh(X.dot(W1) + b1)
    exp_scores = np.exp(a1.dot(W2) + b2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    return a1, probs


def calculate_loss(model, X, y):
    _, probs = forward(model, X)
    data_loss = np.sum(-np.log(probs[range(len(X)), y]))
    return data_loss + reg_lambda / 2 * (np.sum(np.square(model["W1"])) + np.sum(np.square(model["W2"])))


def gradients(model, X, y):
    W1, W2 = model["W1"], model["W2"]
    a1, probs = forward(model, X)
    delta3 = probs
    delta3[range(len(X)), y] -= 1
    dW2 = (a1.T).dot(delta3)
    db2 = np.sum(delta3, axis=0, keepdims=True)
    delta2 = delta3.dot(W2.T) * (1 - np.power(a1, 2))
    dW1 = np.dot(X.T, delta2)
    db1 = np.sum(delta2, axis=0)
    dW2 += reg_lambda * W2
    dW1 += reg_lambda * W1
    return {"W1": dW1, "b1": db1.reshape(1, -1), "W2": dW2, "b2": db2}


def build_model(X, y, nn_hdim=3, num_passes=200, epsilon=0.01):
    np.random.seed(0)
    model = {
        "W1": np.random.randn(X.shape[1], nn_hdim) / np.sqrt(X.shape[1]),
        "b1": np.zeros((1, nn_hdim)),
        "W2": np.random.randn(nn_hdim, 2) / np.sqrt(nn_hdim),
        "b2": np.zeros((1, 2)),
    }
    for i in range(num_passes):
        grads = gradients(model, X, y)
        for name in model:
            model[name] = model[name] - epsilon * grads[name]
    return model
