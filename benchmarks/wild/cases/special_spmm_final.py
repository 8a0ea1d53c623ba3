import torch
import torch.nn as nn


class SpecialSpmmFunctionFinal(torch.autograd.Function):
    """Row sums of a sparse tensor with a vector at each edge; gradients for the edges' values only."""

    @staticmethod
    def forward(ctx, edge, edge_w, N, E, out_features):
        a = torch.sparse_coo_tensor(edge, edge_w, torch.Size([N, N, out_features]), check_invariants=False)
        b = torch.sparse.sum(a, dim=1)
        ctx.N = b.shape[0]
        ctx.outfeat = b.shape[1]
        ctx.E = E
        ctx.indices = edge[0, :]
        return b.to_dense()

    @staticmethod
    def backward(ctx, grad_output):
        grad_values = None
        if ctx.needs_input_grad[1]:
            edge_sources = ctx.indices
            grad_values = grad_output[edge_sources]
        return None, grad_values, None, None, None


class SpecialSpmmFinal(nn.Module):
    def forward(self, edge, edge_w, N, E, out_features):
        return SpecialSpmmFunctionFinal.apply(edge, edge_w, N, E, out_features)


class GraphAttentionLayer(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.a = nn.Linear(2 * in_features, out_features, bias=False)
        self.a_2 = nn.Linear(out_features, 1, bias=False)
        self.out_features = out_features
        self.special_spmm_final = SpecialSpmmFinal()

    def forward(self, x, edge):
        N = x.shape[0]
        edge_h = self.a(torch.cat((x[edge[0, :]], x[edge[1, :]]), dim=1))
        edge_e = torch.exp(-nn.functional.leaky_relu(self.a_2(edge_h)))
        e_rowsum = self.special_spmm_final(edge, edge_e, N, edge.shape[1], 1)
        e_rowsum = torch.where(e_rowsum == 0.0, torch.ones_like(e_rowsum), e_rowsum)
        h_prime = self.special_spmm_final(edge, edge_e * edge_h, N, edge.shape[1], self.out_features)
        return nn.functional.elu(h_prime / e_rowsum)


if __name__ == "__main__":
    torch.manual_seed(0)
    x, edge = torch.randn(5, 3), torch.tensor([[0, 0, 1, 2, 3, 4, 4], [1, 2, 3, 0, 4, 0, 1]])
    layer = GraphAttentionLayer(3, 2)
    layer(x, edge).sum().backward()
    print(layer.a.weight.grad.norm(), layer.a_2.weight.grad.norm())
