import torch


class TripletCriterion(torch.autograd.Function):
    """Hinge over all triplets of a batch of embeddings, by their squared distances."""

    @staticmethod
    def forward(ctx, embeddings, labels, margin):
        dist = (embeddings[:, None] - embeddings[None]).pow(2).sum(dim=2)
        triplets = []
        loss = embeddings.new_zeros(())
        count = 0
        for a in range(len(labels)):
            for p in range(len(labels)):
                if p == a or labels[p] != labels[a]:
                    continue
                for n in range(len(labels)):
                    if labels[n] == labels[a]:
                        continue
                    count += 1
                    gap = dist[a, p] - dist[a, n] + margin
                    if gap > 0:
                        loss = loss + gap
                        triplets.append((a, p, n))
        ctx.save_for_backward(embeddings)
        ctx.triplets, ctx.count = triplets, max(count, 1)
        return loss / ctx.count

    @staticmethod
    def backward(ctx, grad_output):
        (embeddings,) = ctx.saved_tensors
        grad_input = torch.zeros_like(embeddings)
        for a, p, n in ctx.triplets:
            grad_input[a] += 2 * (embeddings[n] - embeddings[p])
        return grad_output * grad_input / ctx.count, None, None


class TripletLoss(torch.nn.Module):
    def __init__(self, margin=0.2):
        super().__init__()
        self.margin = margin

    def forward(self, embeddings, labels):
        return TripletCriterion.apply(embeddings, labels, self.margin)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(12, 5)
    labels = torch.arange(12) % 3
    net = torch.nn.Linear(5, 2)
    criterion = TripletLoss(0.5)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        loss = criterion(net(x), labels)
        loss.backward()
        optimizer.step()
    print(loss.item())
