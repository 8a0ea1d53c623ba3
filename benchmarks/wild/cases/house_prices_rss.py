import random


# takes the X value, the Y value and the vector of w0 (intercept), w1 (slope)
def gradient_decend(X, Y, W):
    intercept = W[0]
    slope = W[1]
    gd = [
        sum(y - (intercept + slope * x) for x, y in zip(X, Y)),
        sum((y - (intercept + slope * x)) * x for x, y in zip(X, Y)),
    ]
    return gd


# residual sum of squares
def RSS(X, Y, W):
    return sum((y - (W[0] + W[1] * x)) ** 2 for x, y in zip(X, Y))


# training data: square feet of the house, price of the house
random.seed(4)
sqft_living = [random.uniform(0.5, 4.0) for _ in range(60)]
price = [1.2 + 2.5 * x + random.gauss(0, 0.3) for x in sqft_living]

# learning rate
n = 0.0001
iteration = 300

W = [0, 0]
for i in range(iteration):
    gd = gradient_decend(sqft_living, price, W)
    W = [w + 2 * n * g for w, g in zip(W, gd)]
print(W, RSS(sqft_living, price, W))
