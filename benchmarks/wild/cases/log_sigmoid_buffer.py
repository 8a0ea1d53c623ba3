import torch


class LogSigmoid(torch.autograd.Function):
    """log(1 / (1 + exp(-x))) = -log(1 + exp(-x))"""

    @staticmethod
    def forward(ctx, input):
        buffer = torch.exp(-input)
        ctx.save_for_backward(buffer)
        return -torch.log(1 + buffer)

    @staticmethod
    def backward(ctx, grad_output):
        (buffer,) = ctx.saved_tensors
        return grad_output * buffer / (1 + buffer)


def pairwise_ranking_loss(positive, negative):
    """Items that were chosen shall score above those that were not."""
    return -LogSigmoid.apply(positive - negative).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    users, items = torch.randn(6, 4, requires_grad=True), torch.randn(9, 4, requires_grad=True)
    for _ in range(10):
        i, j = torch.randint(9, (6,)), torch.randint(9, (6,))
        loss = pairwise_ranking_loss((users * items[i]).sum(1), (users * items[j]).sum(1))
        gu, gi = torch.autograd.grad(loss, (users, items))
        with torch.no_grad():
            users -= gu
            items -= gi
    print(loss.item())
