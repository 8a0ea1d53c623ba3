import numpy as np


class FocalLoss:
    """-alpha (1 - p)^gamma log(p) for the probability p of the target, for each of N pieces of data.

    class_probs : shape (N, C), alpha : weight, gamma : focusing parameter, at least 0
    """

    def __call__(self, class_probs, targets, alpha, gamma):
        label_locs = (range(len(targets)), targets)
        pc = class_probs[label_locs]
        one_m_pc = np.clip(1 - pc, 0, 1)
        self.back = np.zeros_like(class_probs)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_pc = np.log(pc)
            loss = -alpha * one_m_pc**gamma * log_pc
            # dL/dp
            deriv = alpha * gamma * one_m_pc ** (gamma - 1) * log_pc - alpha * one_m_pc**gamma / pc
        self.back[label_locs] = deriv
        return loss

    def backward_var(self, grad):
        return grad[:, None] * self.back


def focal_loss(class_probs, targets, alpha=1.0, gamma=0.0):
    op = FocalLoss()
    return op(class_probs, targets, alpha, gamma), op


class Softmax:
    def __call__(self, scores):
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward_var(self, grad):
        return self.out * (grad - (grad * self.out).sum(axis=1, keepdims=True))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5))
    targets = np.argmax(x[:, :3] + 0.2 * rng.normal(size=(60, 3)), axis=1)
    W = np.zeros((5, 3))
    for _ in range(80):
        softmax = Softmax()
        loss, op = focal_loss(softmax(x @ W), targets, alpha=1.0, gamma=0.5)
        W -= 0.5 * x.T @ softmax.backward_var(op.backward_var(np.full(60, 1 / 60)))
    print(loss.mean())
