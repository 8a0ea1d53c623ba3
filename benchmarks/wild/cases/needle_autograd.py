import numpy as np


class TensorOp:
    def __call__(self, *args):
        return Tensor(self.compute(*[x.cached_data for x in args]), self, args)


class EWiseAdd(TensorOp):
    def compute(self, a, b):
        return a + b

    def gradient(self, out_grad, node):
        return out_grad, out_grad


class AddScalar(TensorOp):
    def __init__(self, scalar):
        self.scalar = scalar

    def compute(self, a):
        return a + self.scalar

    def gradient(self, out_grad, node):
        return (out_grad,)


class EWiseMul(TensorOp):
    def compute(self, a, b):
        return a * b

    def gradient(self, out_grad, node):
        lhs, rhs = node.inputs
        return out_grad * rhs, out_grad * lhs


class Negate(TensorOp):
    def compute(self, a):
        return -a

    def gradient(self, out_grad, node):
        return (-out_grad,)


class Tensor:
    def __init__(self, array, op=None, inputs=()):
        self.cached_data = np.asarray(array, dtype=float)
        self.op, self.inputs, self.grad = op, inputs, None

    def numpy(self):
        return self.cached_data

    def __add__(self, other):
        return EWiseAdd()(self, other) if isinstance(other, Tensor) else AddScalar(other)(self)

    def __mul__(self, other):
        return EWiseMul()(self, other)

    def __sub__(self, other):
        return EWiseAdd()(self, Negate()(other)) if isinstance(other, Tensor) else AddScalar(-other)(self)

    __radd__ = __add__
    __rsub__ = __sub__

    def backward(self, out_grad=None):
        compute_gradient_of_variables(self, out_grad or Tensor(np.ones_like(self.cached_data)))


def compute_gradient_of_variables(output_tensor, out_grad):
    node_to_output_grads_list = {output_tensor: [out_grad]}
    for node in reversed(find_topo_sort(output_tensor)):
        first, *others = node_to_output_grads_list[node]
        node.grad = first
        for each in others:
            node.grad = node.grad + each
        if node.op is None:
            continue
        for parent, grad in zip(node.inputs, node.op.gradient(node.grad, node)):
            node_to_output_grads_list.setdefault(parent, []).append(grad)


def find_topo_sort(root):
    topo_order = []

    def dfs(node):
        if node not in topo_order:
            for each in node.inputs:
                dfs(each)
            topo_order.append(node)

    dfs(root)
    return topo_order


if __name__ == "__main__":
    w = Tensor([0.3, -1.2, 0.8])
    for _ in range(30):
        miss = 1.0 - w
        loss = miss * miss
        loss.backward()
        w = Tensor(w.numpy() - 0.1 * w.grad.numpy())
    print(w.numpy())
