import numpy as np


class OpTreeNode:
    def __init__(self, op, a=None, b=None):
        self.op, self.a, self.b = op, a, b

    def __add__(self, other):
        return OpTreeNode("add", self, other)

    def __sub__(self, other):
        return OpTreeNode("sub", self, other)

    def __mul__(self, other):
        return OpTreeNode("mul", self, other)

    @property
    def T(self):
        return OpTreeNode("transpose", self)

    def execute(self):
        if self.op == "add":
            return self.a.execute() + self.b.execute()
        if self.op == "sub":
            return self.a.execute() - self.b.execute()
        if self.op == "mul":
            return self.a.execute() * self.b.execute()
        if self.op == "dot":
            return np.dot(self.a.execute(), self.b.execute())
        if self.op == "transpose":
            return self.a.execute().T
        if self.op == "tanh":
            return np.tanh(self.a.execute())
        raise NotImplementedError(self.op)


class Array(OpTreeNode):
    def __init__(self, ary):
        super().__init__("tensor")
        self.ary = np.asarray(ary, dtype=float)

    def execute(self):
        return self.ary


def dot(a, b):
    return OpTreeNode("dot", a, b)


def tanh(a):
    return OpTreeNode("tanh", a)


class Autodiff:
    """Walks an op-tree from its root and leaves a gradient at each tensor."""

    def __init__(self, op_tree, next_error=None):
        self.map_tensor_grad = {}
        error = np.ones_like(op_tree.execute()) if next_error is None else next_error
        self._descend(op_tree, error)

    def _descend(self, node, error):
        if node.op == "tensor":
            self.map_tensor_grad[id(node)] = self.map_tensor_grad.get(id(node), 0) + error
        elif node.op == "transpose":
            if node.a.op == "tensor":
                self.map_tensor_grad[id(node.a)] = error.T
            else:
                self._descend(node.a, error.T)
        elif node.op == "add":
            self._descend(node.a, error)
            self._descend(node.b, error)
        elif node.op == "sub":
            self._descend(node.a, error)
            self._descend(node.b, -error)
        elif node.op == "mul":
            self._descend(node.a, error * node.b.execute())
            self._descend(node.b, error * node.a.execute())
        elif node.op == "dot":
            self._descend(node.a, np.dot(error, node.b.execute().T))
            self._descend(node.b, np.dot(node.a.execute().T, error))
        elif node.op == "tanh":
            self._descend(node.a, error * (1 - node.execute() ** 2))

    def get_grad_asnumpyarray(self, tensors):
        return [self.map_tensor_grad[id(t)] for t in tensors]


if __name__ == "__main__":
    x = Array(np.ones((1, 1)))
    print(Autodiff(dot(x, x)).get_grad_asnumpyarray([x]))
    print(Autodiff(dot(x, x.T)).get_grad_asnumpyarray([x]))
