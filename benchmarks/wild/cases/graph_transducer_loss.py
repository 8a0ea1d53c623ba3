import torch


def forward_score(emissions):
    """Log of the sum over all paths through a frame-by-frame graph of emissions (T, C)."""
    return torch.logsumexp(emissions, dim=1).sum()


def path_score(emissions, target):
    return emissions[torch.arange(len(target)), target].sum()


def graph_gradients(emissions, target):
    """What the graph's own backward leaves on its arcs."""
    posteriors = torch.softmax(emissions, dim=1)
    posteriors[torch.arange(len(target)), target] -= 1
    return posteriors


class TransducerLossFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs, targets):
        B = inputs.shape[0]
        losses = []
        grads = torch.zeros_like(inputs)

        def process(b):
            emissions = inputs[b].detach()
            losses.append(forward_score(emissions) - path_score(emissions, targets[b]))
            grads[b] = graph_gradients(emissions, targets[b])

        for b in range(B):
            process(b)
        ctx.auxiliary_data = grads
        return torch.stack(losses).mean()

    @staticmethod
    def backward(ctx, grad_output):
        grads = ctx.auxiliary_data
        return grads / grads.shape[0], None


class Acoustic(torch.nn.Module):
    def __init__(self, features, tokens):
        super().__init__()
        self.linear = torch.nn.Linear(features, tokens)

    def forward(self, x):
        return self.linear(x)


if __name__ == "__main__":
    torch.manual_seed(3)
    model = Acoustic(6, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    x, t = torch.randn(3, 7, 6), torch.randint(4, (3, 7))
    for _ in range(10):
        optimizer.zero_grad()
        loss = TransducerLossFunction.apply(model(x), t)
        loss.backward()
        optimizer.step()
    print(loss.item())
