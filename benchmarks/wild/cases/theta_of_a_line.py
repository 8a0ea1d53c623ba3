import random


def add(v, w):
    return [a + b for a, b in zip(v, w)]


def scalar_multiply(c, v):
    return [c * a for a in v]


def vector_mean(vectors):
    total = vectors[0]
    for v in vectors[1:]:
        total = add(total, v)
    return scalar_multiply(1 / len(vectors), total)


def gradient_step(v, gradient, step_size):
    """Moves step_size in the gradient direction from v"""
    return add(v, scalar_multiply(step_size, gradient))


def squared_error(x, y, theta):
    slope, intercept = theta
    return (slope * x + intercept - y) ** 2


def mean_squared_error(inputs, theta):
    return sum(squared_error(x, y, theta) for x, y in inputs) / len(inputs)


def linear_gradient(x, y, theta):
    slope, intercept = theta
    predicted = slope * x + intercept
    error = predicted - y
    return [2 * error * x, 2 * error]


def mean_gradient(inputs, theta):
    return vector_mean([linear_gradient(x, y, theta) for x, y in inputs])


if __name__ == "__main__":
    inputs = [(x, 20 * x + 5) for x in range(-50, 50)]
    theta = [random.uniform(-1, 1), random.uniform(-1, 1)]
    learning_rate = 0.001
    for epoch in range(300):
        theta = gradient_step(theta, mean_gradient(inputs, theta), -learning_rate)
    print(theta, mean_squared_error(inputs, theta))
