"""An LSTM of nodes that keep their state: the gradients of a sequence are added to the parameters'."""

import numpy as np


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


def sigmoid_derivative(values):
    return values * (1 - values)


def tanh_derivative(values):
    return 1.0 - values**2


class LstmParam:
    def __init__(self, mem_cell_ct, x_dim):
        self.mem_cell_ct, self.x_dim = mem_cell_ct, x_dim
        concat_len = x_dim + mem_cell_ct
        for gate in "gifo":
            setattr(self, "w" + gate, np.random.uniform(-0.1, 0.1, (mem_cell_ct, concat_len)))
            setattr(self, "b" + gate, np.random.uniform(-0.1, 0.1, mem_cell_ct))
        self.clear_diff()

    def clear_diff(self):
        for gate in "gifo":
            setattr(self, f"w{gate}_diff", np.zeros_like(getattr(self, "w" + gate)))
            setattr(self, f"b{gate}_diff", np.zeros_like(getattr(self, "b" + gate)))

    def apply_diff(self, lr=1.0):
        for gate in "gifo":
            for name in ("w" + gate, "b" + gate):
                setattr(self, name, getattr(self, name) - lr * getattr(self, name + "_diff"))
        self.clear_diff()


class LstmNode:
    def __init__(self, param):
        self.param = param

    def bottom_data_is(self, x, s_prev, h_prev):
        p = self.param
        self.s_prev = s_prev
        self.xc = np.hstack((x, h_prev))
        self.g = np.tanh(np.dot(p.wg, self.xc) + p.bg)
        self.i = sigmoid(np.dot(p.wi, self.xc) + p.bi)
        self.f = sigmoid(np.dot(p.wf, self.xc) + p.bf)
        self.o = sigmoid(np.dot(p.wo, self.xc) + p.bo)
        self.s = self.g * self.i + s_prev * self.f
        self.h = self.s * self.o

    def top_diff_is(self, top_diff_h, top_diff_s):
        p = self.param
        ds = self.o * top_diff_h + top_diff_s
        do = self.s * top_diff_h
        di = self.g * ds
        dg = self.i * ds
        df = self.s_prev * ds

        # by what goes into the gates
        di_input = sigmoid_derivative(self.i) * di
        df_input = sigmoid_derivative(self.f) * df
        do_input = sigmoid_derivative(self.o) * do
        dg_input = tanh_derivative(self.g) * dg

        dxc = np.zeros_like(self.xc)
        for gate, d in zip("gifo", (dg_input, di_input, df_input, do_input)):
            getattr(p, f"w{gate}_diff")[...] += np.outer(d, self.xc)
            getattr(p, f"b{gate}_diff")[...] += d
            dxc += np.dot(getattr(p, "w" + gate).T, d)

        self.bottom_diff_s = ds * self.f
        self.bottom_diff_h = dxc[p.x_dim :]


class LstmNetwork:
    def __init__(self, param):
        self.param = param

    def run(self, x_list):
        s = h = np.zeros(self.param.mem_cell_ct)
        self.nodes = []
        for x in x_list:
            node = LstmNode(self.param)
            node.bottom_data_is(x, s, h)
            s, h = node.s, node.h
            self.nodes.append(node)

    def loss(self, x_list, y_list):
        """Squared error of the first cell's output."""
        self.run(x_list)
        return sum((node.h[0] - y) ** 2 for node, y in zip(self.nodes, y_list))

    def y_list_is(self, x_list, y_list):
        """The loss, after all gradients have been added to those of the parameters."""
        loss = self.loss(x_list, y_list)
        diff_s = diff_h = np.zeros(self.param.mem_cell_ct)
        for node, y in zip(reversed(self.nodes), reversed(y_list)):
            top_diff_h = diff_h.copy()
            top_diff_h[0] += 2 * (node.h[0] - y)
            node.top_diff_is(top_diff_h, diff_s)
            diff_h, diff_s = node.bottom_diff_h, node.bottom_diff_s
        return loss


if __name__ == "__main__":
    np.random.seed(0)
    y_list = [-0.5, 0.2, 0.1, -0.5]
    x_list = [np.random.random(6) for _ in y_list]
    network = LstmNetwork(LstmParam(10, 6))
    for cur_iter in range(60):
        loss = network.y_list_is(x_list, y_list)
        network.param.apply_diff(lr=0.1)
    print("loss:", loss)
