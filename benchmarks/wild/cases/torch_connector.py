import torch


class RotationNetwork:
    """Expectation values after rotations by the inputs and by the weights, with its own derivatives."""

    def __init__(self, num_inputs, num_outputs):
        self.num_inputs, self.num_outputs = num_inputs, num_outputs
        self.num_weights = num_inputs
        self.frequencies = 1.0 + torch.arange(num_outputs, dtype=torch.float64)

    def _angles(self, input_data, weights):
        return self.frequencies[None, :, None] * (input_data + weights)[:, None, :]

    def forward(self, input_data, weights):
        return torch.cos(self._angles(input_data, weights)).mean(dim=2)

    def backward(self, input_data, weights):
        slopes = -torch.sin(self._angles(input_data, weights)) * self.frequencies[None, :, None]
        grad = slopes / self.num_inputs  # (batch, outputs, inputs)
        return grad, grad.clone()


class TorchConnector(torch.nn.Module):
    class _TorchNNFunction(torch.autograd.Function):
        @staticmethod
        def forward(ctx, input_data, weights, neural_network):
            ctx.neural_network = neural_network
            ctx.save_for_backward(input_data, weights)
            if len(input_data.shape) == 1:
                return neural_network.forward(input_data[None], weights)[0]
            return neural_network.forward(input_data, weights)

        @staticmethod
        def backward(ctx, grad_output):
            input_data, weights = ctx.saved_tensors
            single = len(input_data.shape) == 1
            batch = input_data[None] if single else input_data
            input_grad, weights_grad = ctx.neural_network.backward(batch, weights)
            if single:
                input_grad, weights_grad = input_grad[0], weights_grad[0]

            if len(grad_output.shape) == 2:
                input_grad = torch.einsum("ij,ijk->ik", grad_output, input_grad)
                weights_grad = grad_output.transpose(0, 1) @ weights_grad.transpose(0, 1)
            else:
                input_grad = grad_output @ input_grad
                weights_grad = grad_output @ weights_grad
            return input_grad, weights_grad, None

    def __init__(self, neural_network, initial_weights=None):
        super().__init__()
        self.neural_network = neural_network
        self.weights = torch.nn.Parameter(torch.zeros(neural_network.num_weights, dtype=torch.float64))
        if initial_weights is not None:
            self.weights.data = initial_weights

    def forward(self, input_data):
        return TorchConnector._TorchNNFunction.apply(input_data, self.weights, self.neural_network)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.rand(12, 3, dtype=torch.float64)
    target = RotationNetwork(3, 2).forward(x, torch.tensor([0.4, -0.2, 0.1], dtype=torch.float64))
    model = TorchConnector(RotationNetwork(3, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(50):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), target)
        loss.backward()
        optimizer.step()
    print(loss.item(), model.weights.data)
