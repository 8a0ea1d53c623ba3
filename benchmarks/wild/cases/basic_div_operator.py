import numpy as np


class ADD:
    @staticmethod
    def forward(t1, t2):
        return t1 + t2

    @staticmethod
    def backward(ug, tensor_vec, tensor_id):
        return ug


class SUB:
    @staticmethod
    def forward(t1, t2):
        return t1 - t2

    @staticmethod
    def backward(ug, tensor_vec, tensor_id):
        return ug if tensor_id == 0 else -ug


class MUL:
    @staticmethod
    def forward(t1, t2):
        return t1 * t2

    @staticmethod
    def backward(ug, tensor_vec, tensor_id):
        # d(x * y) / dx = y
        # d(x * y) / dy = x
        return tensor_vec[(tensor_id + 1) % 2] * ug


class DIV:
    @staticmethod
    def forward(t1, t2):
        return t1 / t2

    @staticmethod
    def backward(ug, tensor_vec, tensor_id):
        # d(x / y) / dx = 1 / y
        # d(x / y) / dy = x / y^2
        if tensor_id == 0:
            return ug / tensor_vec[1]
        return ug * tensor_vec[0] / tensor_vec[1] ** 2


if __name__ == "__main__":
    t1, t2 = np.full((2, 3), 1.0), np.full((2, 3), 2.0)
    ug = np.ones((2, 3))
    for op in (ADD, SUB, MUL, DIV):
        print(op.__name__, op.forward(t1, t2)[0])
        print([op.backward(ug, [t1, t2], tensor_id)[0] for tensor_id in (0, 1)])
