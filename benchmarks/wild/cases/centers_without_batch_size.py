import numpy as np

NUM_CLASSES, LEN_FEATURES, ALPHA = 3, 2, 0.5
centers = np.zeros((NUM_CLASSES, LEN_FEATURES))


def get_center_loss(features, labels):
    centers_batch = centers[labels]
    loss = np.sum((features - centers_batch) ** 2) / 2
    dfeatures = features - centers_batch
    return loss, dfeatures


def update_centers(features, labels):
    diff = centers[labels] - features
    appear_times = np.bincount(labels, minlength=NUM_CLASSES)[labels].reshape(-1, 1)
    np.subtract.at(centers, labels, ALPHA * diff / (1 + appear_times))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5))
    labels = X[:, :NUM_CLASSES].argmax(axis=1)
    W, V = 0.3 * rng.normal(size=(5, LEN_FEATURES)), 0.3 * rng.normal(size=(LEN_FEATURES, NUM_CLASSES))
    ratio, lr = 0.1, 0.005
    for step in range(100):
        features = X @ W
        logits = features @ V
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        softmax_loss = -np.sum(np.log(p[np.arange(60), labels]))
        center_loss, dfeatures = get_center_loss(features, labels)
        p[np.arange(60), labels] -= 1
        W -= lr * X.T @ (p @ V.T + ratio * dfeatures)
        V -= lr * features.T @ p
        update_centers(features, labels)
    print(softmax_loss + ratio * center_loss)
