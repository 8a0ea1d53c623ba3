import numpy as np

np.random.seed(21)

# gre, gpa and four indicators of the rank
ranks = np.eye(4)[np.random.randint(4, size=36)]
features = np.hstack([np.random.normal(size=(36, 2)), ranks])
targets = (features[:, 0] + features[:, 1] - features[:, 5] > 0.2).astype(float)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


n_hidden = 2
epochs = 30
learnrate = 0.05

n_records, n_features = features.shape
last_loss = None
weights_input_hidden = np.random.normal(scale=1 / n_features**0.5, size=(n_features, n_hidden))
weights_hidden_output = np.random.normal(scale=1 / n_features**0.5, size=n_hidden)

for e in range(epochs):
    del_w_input_hidden = np.zeros(weights_input_hidden.shape)
    del_w_hidden_output = np.zeros(weights_hidden_output.shape)
    for x, y in zip(features, targets):
        # Forward pass
        hidden_output = sigmoid(np.dot(x, weights_input_hidden))
        output = sigmoid(np.dot(hidden_output, weights_hidden_output))

        # Backward pass
        error = y - output
        output_error_term = error * output * (1 - output)
        hidden_error = np.dot(output_error_term, weights_hidden_output)
        hidden_error_term = hidden_error * hidden_output * (1 - hidden_output)

        del_w_hidden_output += output_error_term * hidden_output
        del_w_input_hidden += hidden_error_term * x[:, None]

    weights_input_hidden += learnrate * del_w_input_hidden / n_records
    weights_hidden_output += learnrate * del_w_hidden_output / n_records

    if e % 10 == 0:
        hidden_output = sigmoid(np.dot(features, weights_input_hidden))
        out = sigmoid(np.dot(hidden_output, weights_hidden_output))
        loss = 0.5 * np.mean((out - targets) ** 2)
        print(
            "Train loss: ",
            loss,
            "" if last_loss is None or loss < last_loss else "  WARNING - Loss Increasing",
        )
        last_loss = loss
