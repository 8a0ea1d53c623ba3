import numpy as np

alpha = 0.9


def huber_custom_train(preds, data):
    y_true = data["label"]
    y_pred = preds
    residual = (y_pred - y_true).astype("float")
    grad = np.where(residual <= alpha, residual, residual * alpha)
    hess = np.where(residual < 0, 1.0 * 1.0, 1.0 * 1.0)
    return grad, hess


def huber_custom_eval(preds, data):
    y_true = data["label"]
    y_pred = preds
    residual = (y_pred - y_true).astype("float")
    loss = np.where(
        np.abs(residual) <= alpha, 0.5 * (residual**2), alpha * np.abs(residual) - 0.5 * (alpha**2)
    )
    return "huber_custom", np.mean(loss), False


def train(params, train_set, num_boost_round, fobj, feval=None):
    """Stumps on one feature, a stand-in for the library."""
    x = train_set["x"]
    preds = np.zeros(len(x))
    evals_result = []
    for i in range(num_boost_round):
        grad, hess = fobj(preds, train_set)
        threshold = np.quantile(x, (i % 9 + 1) / 10)
        left = x < threshold
        for side in (left, ~left):
            preds[side] -= params["learning_rate"] * grad[side].sum() / hess[side].sum()
        if feval is not None:
            evals_result.append(feval(preds, train_set)[1])
    return preds, evals_result


if __name__ == "__main__":
    rng = np.random.default_rng(35)
    x = rng.uniform(-2, 2, size=200)
    train_set = {"x": x, "label": np.sin(x) + rng.standard_t(2, size=200)}
    preds, evals = train({"learning_rate": 0.1}, train_set, 60, huber_custom_train, huber_custom_eval)
    print(evals[0], evals[-1])
