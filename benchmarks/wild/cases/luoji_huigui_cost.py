import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# 代价函数：X 每行是一个样本，第一列全为 1
def cost(theta, X, y):
    first = -y * np.log(sigmoid(X @ theta))
    second = (1 - y) * np.log(1 - sigmoid(X @ theta))
    return np.sum(first - second) / len(X)


# 梯度，和 theta 同形状
def gradient(theta, X, y):
    error = sigmoid(X @ theta) - y
    return X.T @ error / len(X)


# 预测：概率不小于 0.5 时为录取
def predict(theta, X):
    return (sigmoid(X @ theta) >= 0.5).astype(int)


if __name__ == "__main__":
    # 两次考试的成绩，以及是否录取
    scores = np.array([[34.6, 78.0], [30.3, 43.9], [60.2, 86.3], [79.0, 75.3]])
    y = np.array([0, 0, 1, 1])
    X = np.hstack([np.ones((4, 1)), scores])
    theta = np.zeros(3)
    for _ in range(100):
        theta -= 0.001 * gradient(theta, X, y)
    print(theta, predict(theta, X))
