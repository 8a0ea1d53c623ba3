import numpy as np


class DMatrix:
    def __init__(self, data, label):
        self.data, self.label = data, label

    def get_label(self):
        return self.label


# user defined objective function: given the raw predictions, the gradient and the second order gradient
def logregobj(preds, dtrain):
    labels = dtrain.get_label()
    preds = 1.0 / (1.0 + np.exp(-preds))
    grad = preds - labels
    hess = preds * (1.0 - preds)
    return grad, hess


# user defined evaluation function
def logloss(preds, dtrain):
    labels = dtrain.get_label()
    return np.sum(np.log1p(np.exp(-np.abs(preds))) + np.maximum(preds, 0) - labels * preds)


def train(dtrain, num_round, eta=0.5, obj=None):
    """Stumps; a leaf's weight is -sum of the gradients / (sum of the second ones + 1)."""
    preds = np.zeros(len(dtrain.data))
    for r in range(num_round):
        grad, hess = obj(preds, dtrain)
        best_gain, best_step = -1.0, preds
        for feature in dtrain.data.T:
            for split in np.quantile(feature, [0.25, 0.5, 0.75]):
                step, gain = np.zeros_like(preds), 0.0
                for leaf in (feature < split, feature >= split):
                    G, H = grad[leaf].sum(), hess[leaf].sum()
                    step[leaf] = -G / (H + 1.0)
                    gain += G * G / (H + 1.0)
                if gain > best_gain:
                    best_gain, best_step = gain, step
        preds = preds + eta * best_step
    return preds


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    data = rng.normal(size=(80, 3))
    dtrain = DMatrix(data, (data[:, 0] - data[:, 1] > 0).astype(float))
    preds = train(dtrain, 20, obj=logregobj)
    print("train-logloss", logloss(preds, dtrain) / 80)
