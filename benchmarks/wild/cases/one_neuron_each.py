import math
import random

LEARNING_RATE = 0.1
TRAINING_EPOCHS = 2000


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def der_sigmoid(x):
    return x * (1 - x)  # of what sigmoid gave


def cost(x):
    return x * x


def der_cost(x):
    return 2 * x


def feedforward(x, w1, w2, b1, b2):
    h = sigmoid(x * w1 + b1)
    y = sigmoid(h * w2 + b2)
    return h, y


def backprop(q, a, w1, w2, b1, b2):
    h, y_hat = feedforward(q, w1, w2, b1, b2)
    e = y_hat - a

    gradient_y = der_cost(e) * der_sigmoid(y_hat)
    gradient_h = gradient_y * w2 * der_sigmoid(h)

    delta_w2 = gradient_y * w2 * LEARNING_RATE
    delta_w1 = gradient_h * w1 * LEARNING_RATE
    delta_b2 = gradient_y * LEARNING_RATE
    delta_b1 = gradient_h * LEARNING_RATE
    return delta_w1, delta_w2, delta_b1, delta_b2


if __name__ == "__main__":
    set_q = [q / 9 for q in range(1, 10)]
    set_a = [0, 1, 0, 1, 0, 1, 0, 1, 0]  # 1 for even, 0 for odd
    w1, w2, b1, b2 = 2 * random.random() - 1, 2 * random.random() - 1, 0, 0
    for _ in range(TRAINING_EPOCHS):
        pick = random.randrange(len(set_q))
        delta_w1, delta_w2, delta_b1, delta_b2 = backprop(set_q[pick], set_a[pick], w1, w2, b1, b2)
        w1 -= delta_w1
        w2 -= delta_w2
        b1 -= delta_b1
        b2 -= delta_b2
    for q, a in zip(set_q, set_a):
        print(q, a, feedforward(q, w1, w2, b1, b2)[1])
