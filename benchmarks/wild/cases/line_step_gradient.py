"""The line through points (hours of study, marks), found by gradient descent on pairs of numbers."""

import random


# y = m x + b
def compute_error_for_line_given_points(b, m, points):
    total_error = 0
    for x, y in points:
        total_error += (y - (m * x + b)) ** 2
    return total_error / float(len(points))


def step_gradient(b_current, m_current, points, learning_rate):
    b_gradient = 0
    m_gradient = 0
    N = float(len(points))
    for x, y in points:
        b_gradient += -(2 / N) * (y - ((m_current * x) + b_current))
        m_gradient += -(2 / N) * x * (y - ((m_current * x) + b_current))
    new_b = b_current - (learning_rate * b_gradient)
    new_m = m_current - (learning_rate * m_gradient)
    return [new_b, new_m]


def gradient_descent_runner(points, starting_b, starting_m, learning_rate, num_iterations):
    b, m = starting_b, starting_m
    for _ in range(num_iterations):
        b, m = step_gradient(b, m, points, learning_rate)
    return [b, m]


def run():
    random.seed(0)
    points = [(x, 1.4 * x + random.gauss(5, 4)) for x in [random.uniform(25, 70) for _ in range(100)]]
    b, m = gradient_descent_runner(points, 0, 0, 0.0001, 1000)
    error = compute_error_for_line_given_points(b, m, points)
    print(f"After 1000 iterations b = {b}, m = {m}, error = {error}")


if __name__ == "__main__":
    run()
