import math
import random


class Matrix:
    def __init__(self, rows, cols, values=None):
        self.rows, self.cols = rows, cols
        self.matrix = values or [[0.0] * cols for _ in range(rows)]

    @staticmethod
    def from_array(array):
        return Matrix(len(array), 1, [[value] for value in array])

    @staticmethod
    def map(m, fn):
        return Matrix(m.rows, m.cols, [[fn(value) for value in row] for row in m.matrix])

    @staticmethod
    def dot(a, b):
        values = [
            [sum(a.matrix[i][k] * b.matrix[k][j] for k in range(a.cols)) for j in range(b.cols)]
            for i in range(a.rows)
        ]
        return Matrix(a.rows, b.cols, values)

    @staticmethod
    def transpose(m):
        return Matrix(m.cols, m.rows, [list(column) for column in zip(*m.matrix)])

    def combine(self, other, fn):
        values = [[fn(a, b) for a, b in zip(*rows)] for rows in zip(self.matrix, other.matrix)]
        return Matrix(self.rows, self.cols, values)


class NeuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learning_rate=0.1, seed=3):
        rng = random.Random(seed)
        self.lr = learning_rate
        self.wih = Matrix.map(Matrix(hiddennodes, inputnodes), lambda _: rng.gauss(0, 1))
        self.who = Matrix.map(Matrix(outputnodes, hiddennodes), lambda _: rng.gauss(0, 1))
        self.activation, self.derivative = NeuralNetwork.sigmoid, NeuralNetwork.d_sigmoid

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + math.exp(-x))

    @staticmethod
    def d_sigmoid(x):
        return x * (1 - x)

    def query(self, inputs_array):
        hidden_outputs = Matrix.map(Matrix.dot(self.wih, Matrix.from_array(inputs_array)), self.activation)
        return Matrix.map(Matrix.dot(self.who, hidden_outputs), self.activation)

    def train(self, inputs_array, targets_array):
        inputs, targets = Matrix.from_array(inputs_array), Matrix.from_array(targets_array)

        hidden_outputs = Matrix.map(Matrix.dot(self.wih, inputs), self.activation)
        outputs = Matrix.map(Matrix.dot(self.who, hidden_outputs), self.activation)

        output_errors = targets.combine(outputs, lambda t, o: t - o)
        gradient_output = Matrix.map(outputs, self.derivative).combine(output_errors, lambda d, e: d * e)
        hidden_errors = Matrix.dot(Matrix.transpose(self.who), gradient_output)
        gradient_hidden = Matrix.map(hidden_outputs, self.derivative).combine(
            hidden_errors, lambda d, e: d * e
        )

        delta_w_output = Matrix.dot(gradient_output, Matrix.transpose(hidden_outputs))
        delta_w_hidden = Matrix.dot(gradient_hidden, Matrix.transpose(inputs))
        self.who = self.who.combine(delta_w_output, lambda w, d: w + self.lr * d)
        self.wih = self.wih.combine(delta_w_hidden, lambda w, d: w + self.lr * d)


if __name__ == "__main__":
    nn = NeuralNetwork(2, 4, 1)
    for step in range(200):
        nn.train([step % 2, 1], [0.9 - 0.8 * (step % 2)])
    print(nn.query([0, 1]).matrix, nn.query([1, 1]).matrix)
