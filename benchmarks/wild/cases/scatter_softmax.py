import torch


class ScatterSoftmax(torch.autograd.Function):
    """The softmax of src over the entries that have the same index, as over the neighbours of a node."""

    @staticmethod
    def forward(ctx, src, index, num_nodes=3):
        out = src.exp()
        total = out.new_zeros(num_nodes).index_add(0, index, out)
        out = out / (total[index] + 1e-16)
        ctx.save_for_backward(out, index)
        ctx.num_nodes = num_nodes
        return out

    @staticmethod
    def backward(ctx, grad):
        out, index = ctx.saved_tensors
        weighted = (grad * out).new_zeros(ctx.num_nodes).index_add(0, index, grad * out)
        return out * (grad - weighted[index]), None, None
