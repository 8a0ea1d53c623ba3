def w_sum(a, b):
    assert len(a) == len(b)
    output = 0
    for i in range(len(a)):
        output += a[i] * b[i]
    return output


def neural_network(input, weights):
    pred = w_sum(input, weights)
    return pred


def ele_mul(number, vector):
    output = [0, 0, 0]
    assert len(output) == len(vector)
    for i in range(len(vector)):
        output[i] = number * vector[i]
    return output


def squared_error(input, weights, true):
    pred = neural_network(input, weights)
    error = (pred - true) ** 2
    return error


def weight_deltas_of(input, weights, true):
    pred = neural_network(input, weights)
    delta = pred - true
    weight_deltas = ele_mul(delta, input)
    return weight_deltas


toes = [8.5, 9.5, 9.9, 9.0]
wlrec = [0.65, 0.8, 0.8, 0.9]
nfans = [1.2, 1.3, 0.5, 1.0]
win_or_lose_binary = [1, 1, 0, 1]

true = win_or_lose_binary[0]
alpha = 0.01
weights = [0.1, 0.2, -0.1]
input = [toes[0], wlrec[0], nfans[0]]

for iteration in range(3):
    weight_deltas = weight_deltas_of(input, weights, true)
    print("Iteration:" + str(iteration + 1))
    print("Pred:" + str(neural_network(input, weights)))
    print("Error:" + str(squared_error(input, weights, true)))
    print("Weight_Deltas:" + str(weight_deltas))
    for i in range(len(weights)):
        weights[i] -= alpha * weight_deltas[i]
