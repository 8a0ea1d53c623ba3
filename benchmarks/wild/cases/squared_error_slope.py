import numpy


class outputLayer:
    """The links from nodes j to nodes k, with a sigmoid: the last layer of the book's network on its own."""

    def __init__(self, jnodes, knodes, learningrate):
        self.wjk = numpy.random.normal(0.0, pow(jnodes, -0.5), (knodes, jnodes))
        self.lr = learningrate

    def activation_function(self, x):
        return 1.0 / (1.0 + numpy.exp(-x))

    def query(self, o_j):
        return self.activation_function(numpy.dot(self.wjk, o_j))

    # the error is the sum of (tk - ok)^2 over the nodes
    def error(self, o_j, t_k):
        return numpy.sum((t_k - self.query(o_j)) ** 2)

    # how the error changes with each weight
    def slope(self, o_j, t_k):
        o_k = self.query(o_j)
        # (tk - ok)^2 by ok
        dE_dok = -2 * (t_k - o_k)
        # ok by the sum that goes into node k
        dok_dsum = o_k * (1.0 - o_k)
        return numpy.dot(dE_dok * dok_dsum, numpy.transpose(o_j))

    def train(self, o_j, t_k):
        self.wjk -= self.lr * self.slope(o_j, t_k)


if __name__ == "__main__":
    numpy.random.seed(0)
    layer = outputLayer(4, 2, 0.3)
    hidden = numpy.random.rand(4, 20)
    target = numpy.array([[0.9], [0.2]]) + 0.05 * numpy.random.rand(2, 20)
    for epoch in range(100):
        for j in range(20):
            layer.train(hidden[:, j : j + 1], target[:, j : j + 1])
    print(layer.error(hidden, target))
