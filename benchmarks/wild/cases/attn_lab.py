import torch


class Attn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        attn = torch.tanh(torch.matmul(q, k.swapaxes(0, 1)))
        output = torch.matmul(attn, v)
        ctx.save_for_backward(q, k, v, attn)
        return output, attn

    @staticmethod
    def backward(ctx, grad_output, grad_attn):
        q, k, v, attn = ctx.saved_tensors
        # sech^2(q k^T)
        partial = 1 / torch.cosh(q.matmul(k.swapaxes(0, 1))).pow(2)

        grad_q = grad_output.matmul(v.swapaxes(0, 1)).mul(partial).matmul(k)
        grad_k = grad_output.matmul(v.swapaxes(0, 1)).mul(partial).swapaxes(0, 1).matmul(q)
        grad_v = attn.swapaxes(0, 1).matmul(grad_output)

        grad_q = grad_q + grad_attn.mul(partial).matmul(k)
        grad_k = grad_k + grad_attn.mul(partial).swapaxes(0, 1).matmul(q)
        return grad_q, grad_k, grad_v
