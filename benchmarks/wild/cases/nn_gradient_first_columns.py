import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


def unpack(nn_params, input_layer_size, hidden_layer_size, num_labels):
    length = hidden_layer_size * (input_layer_size + 1)
    Theta1 = nn_params[0:length].reshape(hidden_layer_size, input_layer_size + 1)
    Theta2 = nn_params[length:].reshape(num_labels, hidden_layer_size + 1)
    return Theta1, Theta2


def class_y_of(y, num_labels):
    class_y = np.zeros((len(y), num_labels))
    for i in range(num_labels):
        class_y[:, i] = np.int32(y == i)
    return class_y


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, Lambda):
    Theta1, Theta2 = unpack(nn_params, input_layer_size, hidden_layer_size, num_labels)
    m = X.shape[0]
    class_y = class_y_of(y, num_labels)
    term = np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2)
    a1 = np.hstack((np.ones((m, 1)), X))
    a2 = np.hstack((np.ones((m, 1)), sigmoid(np.dot(a1, Theta1.T))))
    h = sigmoid(np.dot(a2, Theta2.T))
    J = -(np.sum(class_y * np.log(h)) + np.sum((1 - class_y) * np.log(1 - h))) / m
    return J + Lambda * term / 2 / m


def nnGradient(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, Lambda):
    Theta1, Theta2 = unpack(nn_params, input_layer_size, hidden_layer_size, num_labels)
    m = X.shape[0]
    class_y = class_y_of(y, num_labels)
    Theta2_x = Theta2[:, 1:].copy()

    # forward
    a1 = np.hstack((np.ones((m, 1)), X))
    z2 = np.dot(a1, Theta1.T)
    a2 = np.hstack((np.ones((m, 1)), sigmoid(z2)))
    h = sigmoid(np.dot(a2, Theta2.T))

    # backward
    delta3 = h - class_y
    delta2 = np.dot(delta3, Theta2_x) * sigmoidGradient(z2)
    Theta1_grad = np.dot(delta2.T, a1)
    Theta2_grad = np.dot(delta3.T, a2)
    Theta1[:, 0] = 0
    Theta2[:, 0] = 0
    grad = np.vstack((Theta1_grad.reshape(-1, 1), Theta2_grad.reshape(-1, 1))) / m
    grad += Lambda * np.vstack((Theta1.reshape(-1, 1), Theta2.reshape(-1, 1))) / m
    return np.ravel(grad)


def gradientDescent(nn_params, sizes, X, y, Lambda, alpha=1.0, num_iters=100):
    for i in range(num_iters):
        nn_params = nn_params - alpha * nnGradient(nn_params, *sizes, X, y, Lambda)
        if i % 25 == 0:
            print(i, nnCostFunction(nn_params, *sizes, X, y, Lambda))
    return nn_params


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    sizes = (4, 5, 3)
    X = rng.normal(size=(50, 4))
    y = np.argmax(X[:, :3], axis=1)
    gradientDescent(rng.uniform(-0.12, 0.12, size=5 * 5 + 3 * 6), sizes, X, y, 0.1)
