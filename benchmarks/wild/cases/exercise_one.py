import random

random.seed(5)

# profit of a food truck, by the population of the city
m = 12
X = [[1.0, random.uniform(5, 10) / 10] for _ in range(m)]
y = [1.2 * row[1] - 0.3 + random.gauss(0, 0.05) for row in X]

iterations = 40
alpha = 0.1


def h(theta, row):  # linear hypothesis function
    return sum(t * v for t, v in zip(theta, row))


def computeCost(mytheta, X, y):
    """theta is a vector, X rows with a leading one, y values"""
    return 1.0 / (2.0 * m) * sum((h(mytheta, row) - v) ** 2 for row, v in zip(X, y))


initial_theta = [0.0, 0.0]


def descendGradient(X, theta_start):
    theta = list(theta_start)
    jvec = []
    for meaninglessvariable in range(iterations):
        tmptheta = list(theta)
        jvec.append(computeCost(theta, X, y))
        # Simultaneously updating theta values
        for j in range(len(tmptheta)):
            slope = sum((h(initial_theta, row) - v) * row[j] for row, v in zip(X, y)) / m
            tmptheta[j] = theta[j] - alpha * slope
        previous, theta = theta, tmptheta
    return theta, previous, jvec


theta, previous, jvec = descendGradient(X, initial_theta)
print(theta, jvec[0], jvec[-1])
