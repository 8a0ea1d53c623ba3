"""A long-long-term-memory cell: an LSTM without a forget gate and with an ELU."""

import torch
import torch.nn.functional as F


def d_sigmoid(z):
    s = torch.sigmoid(z)
    return (1 - s) * s


def d_elu(z):
    return torch.where(z > 0, torch.ones_like(z), z.exp())


class LLTMFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weights, bias, old_h, old_cell):
        X = torch.cat([old_h, input], dim=1)
        gates = F.linear(X, weights, bias).chunk(3, dim=1)
        input_gate = torch.sigmoid(gates[0])
        output_gate = torch.sigmoid(gates[1])
        candidate_cell = F.elu(gates[2])
        new_cell = old_cell + candidate_cell * input_gate
        new_h = torch.tanh(new_cell) * output_gate
        ctx.save_for_backward(X, weights, input_gate, output_gate, candidate_cell, new_cell, *gates)
        return new_h, new_cell

    @staticmethod
    def backward(ctx, grad_h, grad_cell):
        X, weights, input_gate, output_gate, candidate_cell, new_cell, *gates = ctx.saved_tensors
        d_output_gate = torch.tanh(new_cell) * grad_h
        d_new_cell = (1 - torch.tanh(new_cell) ** 2) * output_gate * grad_h + grad_cell
        d_gates = torch.cat(
            [
                candidate_cell * d_new_cell * d_sigmoid(gates[0]),
                d_output_gate * d_sigmoid(gates[1]),
                input_gate * d_new_cell * d_elu(gates[2]),
            ],
            dim=1,
        )
        d_weights = d_gates.t().mm(X)
        d_bias = d_gates.sum(dim=0, keepdim=True)
        d_X = d_gates.mm(weights)
        d_old_h, d_input = d_X[:, : grad_h.shape[1]], d_X[:, grad_h.shape[1] :]
        return d_input, d_weights, d_bias, d_old_h, d_new_cell
