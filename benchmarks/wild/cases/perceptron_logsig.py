import math
import random


def logsig(net):
    return 1 / (1 + math.exp(-net))


def activate(weights, values):
    return logsig(sum(x * w for x, w in zip(values, weights)))


def half_squared_error(values, desired_out, weights_h1, weights_h2, weights_out, bias=-1):
    hidden = [activate(weights_h1, values), activate(weights_h2, values), bias]
    return 0.5 * (desired_out - activate(weights_out, hidden)) ** 2


def learn(values, desired_out, weights_h1, weights_h2, weights_out, coef=0.5, bias=-1):
    # 1st and 2nd hidden neuron, output neuron
    activation_h1 = activate(weights_h1, values)
    activation_h2 = activate(weights_h2, values)
    input_out = [activation_h1, activation_h2, bias]
    activation_out = activate(weights_out, input_out)

    # error propagation
    error_out = (desired_out - activation_out) * activation_out * (1 - activation_out)
    error_h1 = activation_h1 * (1 - activation_h1) * weights_out[0] * error_out
    error_h2 = activation_h2 * (1 - activation_h2) * weights_out[1] * error_out

    # learning
    weights_out = [w + x * coef * error_out for w, x in zip(weights_out, input_out)]
    weights_h1 = [w + x * coef * error_out for w, x in zip(weights_h1, values)]
    weights_h2 = [w + x * coef * error_out for w, x in zip(weights_h2, values)]
    return weights_h1, weights_h2, weights_out


def perceptron(coef=0.5, iterations=500):
    inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    desired_outs = [0, 1, 1, 0]
    for values in inputs:
        values.append(-1)
    weights_h1 = [random.random() for _ in range(3)]
    weights_h2 = [random.random() for _ in range(3)]
    weights_out = [random.random() for _ in range(3)]
    for _ in range(iterations):
        for values, desired_out in zip(inputs, desired_outs):
            weights_h1, weights_h2, weights_out = learn(
                values, desired_out, weights_h1, weights_h2, weights_out, coef
            )
    return [
        round(activate(weights_out, [activate(weights_h1, v), activate(weights_h2, v), -1]), 2)
        for v in inputs
    ]


if __name__ == "__main__":
    print(perceptron())
