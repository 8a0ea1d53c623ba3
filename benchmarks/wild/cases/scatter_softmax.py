import torch


def scatter_add(src, index, num_nodes):
    return torch.zeros(num_nodes, dtype=src.dtype).index_add(0, index, src)


class ScatterSoftmax(torch.autograd.Function):
    """A softmax over the edges that end in the same node."""

    @staticmethod
    def forward(ctx, src, index, num_nodes):
        out = src.exp()
        out = out / scatter_add(out, index, num_nodes)[index]
        ctx.save_for_backward(out, index)
        ctx.num_nodes = num_nodes
        return out

    @staticmethod
    def backward(ctx, grad_output):
        out, index = ctx.saved_tensors
        weighted = grad_output * out
        grad_src = weighted - out * scatter_add(weighted, index, ctx.num_nodes)[index]
        return grad_src, None, None


def attention_coefficients(alpha, edge_index, num_nodes):
    return ScatterSoftmax.apply(alpha, edge_index[1], num_nodes)
