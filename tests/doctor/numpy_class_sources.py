"""NumPy classes as people write them, all of them right: sources, and the inputs of each operation in them.

An input is written as its shape ("5x7"; "" is a number), with a + for numbers between 0 and 1, or as `label`,
five class numbers; an object's own weights come after them. `net` is a network, whose data are found out.
"""

from __future__ import annotations

SOURCES: dict[str, tuple[str, dict[str, str]]] = {}


def right(name: str, source: str, **inputs: str) -> None:
    SOURCES[name] = (source, inputs)


# Neural networks from scratch: gradients are left on the object, a loss's backward takes the predictions

NNFS = """
class Layer_Dense:

    # Layer initialization
    def __init__(self, n_inputs, n_neurons):
        # Initialize weights and biases
        self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    # Forward pass
    def forward(self, inputs):
        # Remember input values
        self.inputs = inputs
        # Calculate output values from inputs, weights and biases
        self.output = np.dot(inputs, self.weights) + self.biases

    # Backward pass
    def backward(self, dvalues):
        # Gradients on parameters
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        # Gradient on values
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_ReLU:

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        # Since we need to modify original variable,
        # let's make a copy of values first
        self.dinputs = dvalues.copy()
        # Zero gradient where input values were negative
        self.dinputs[self.inputs <= 0] = 0


class Activation_Softmax:

    def forward(self, inputs):
        self.inputs = inputs
        exp_values = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        probabilities = exp_values / np.sum(exp_values, axis=1, keepdims=True)
        self.output = probabilities

    def backward(self, dvalues):
        self.dinputs = np.empty_like(dvalues)
        for index, (single_output, single_dvalues) in \\
                enumerate(zip(self.output, dvalues)):
            single_output = single_output.reshape(-1, 1)
            jacobian_matrix = np.diagflat(single_output) - \\
                              np.dot(single_output, single_output.T)
            self.dinputs[index] = np.dot(jacobian_matrix, single_dvalues)


class Loss:

    def calculate(self, output, y):
        sample_losses = self.forward(output, y)
        data_loss = np.mean(sample_losses)
        return data_loss


class Loss_CategoricalCrossentropy(Loss):

    def forward(self, y_pred, y_true):
        samples = len(y_pred)
        y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        if len(y_true.shape) == 1:
            correct_confidences = y_pred_clipped[range(samples), y_true]
        elif len(y_true.shape) == 2:
            correct_confidences = np.sum(y_pred_clipped * y_true, axis=1)
        negative_log_likelihoods = -np.log(correct_confidences)
        return negative_log_likelihoods

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        labels = len(dvalues[0])
        if len(y_true.shape) == 1:
            y_true = np.eye(labels)[y_true]
        self.dinputs = -y_true / dvalues
        self.dinputs = self.dinputs / samples


class Activation_Softmax_Loss_CategoricalCrossentropy():

    def __init__(self):
        self.activation = Activation_Softmax()
        self.loss = Loss_CategoricalCrossentropy()

    def forward(self, inputs, y_true):
        self.activation.forward(inputs)
        self.output = self.activation.output
        return self.loss.calculate(self.output, y_true)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        if len(y_true.shape) == 2:
            y_true = np.argmax(y_true, axis=1)
        self.dinputs = dvalues.copy()
        self.dinputs[range(samples), y_true] -= 1
        self.dinputs = self.dinputs / samples


class Layer_Dropout:

    def __init__(self, rate):
        self.rate = 1 - rate

    def forward(self, inputs):
        self.inputs = inputs
        self.binary_mask = np.random.binomial(1, self.rate, size=inputs.shape) / self.rate
        self.output = inputs * self.binary_mask

    def backward(self, dvalues):
        self.dinputs = dvalues * self.binary_mask


class Loss_BinaryCrossentropy(Loss):

    def forward(self, y_pred, y_true):
        y_pred_clipped = np.clip(y_pred, 1e-7, 1 - 1e-7)
        sample_losses = -(y_true * np.log(y_pred_clipped) + (1 - y_true) * np.log(1 - y_pred_clipped))
        return np.mean(sample_losses, axis=-1)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        clipped_dvalues = np.clip(dvalues, 1e-7, 1 - 1e-7)
        self.dinputs = -(y_true / clipped_dvalues - (1 - y_true) / (1 - clipped_dvalues)) / outputs
        self.dinputs = self.dinputs / samples


class Loss_MeanSquaredError(Loss):

    def forward(self, y_pred, y_true):
        return np.mean((y_true - y_pred)**2, axis=-1)

    def backward(self, dvalues, y_true):
        samples = len(dvalues)
        outputs = len(dvalues[0])
        self.dinputs = -2 * (y_true - dvalues) / outputs
        self.dinputs = self.dinputs / samples
"""
right(
    "nnfs", NNFS,
    Layer_Dense="5x7", Activation_ReLU="5x7", Activation_Softmax="5x3",
    Loss_CategoricalCrossentropy="+5x3 label", Layer_Dropout="5x7",
    Activation_Softmax_Loss_CategoricalCrossentropy="5x3 label",
    Loss_BinaryCrossentropy="+5x3 +5x3", Loss_MeanSquaredError="5x3 5x3",
)  # fmt: skip

right(
    "nnfs with regularization and flags",
    '''
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons,
                 weight_regularizer_l1=0, weight_regularizer_l2=0,
                 bias_regularizer_l1=0, bias_regularizer_l2=0):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))
        self.weight_regularizer_l1 = weight_regularizer_l1
        self.weight_regularizer_l2 = weight_regularizer_l2

    def forward(self, inputs, training):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        if self.weight_regularizer_l1 > 0:
            dL1 = np.ones_like(self.weights)
            dL1[self.weights < 0] = -1
            self.dweights += self.weight_regularizer_l1 * dL1
        self.dinputs = np.dot(dvalues, self.weights.T)


class Activation_Sigmoid:
    def forward(self, inputs, training):
        self.inputs = inputs
        self.output = 1 / (1 + np.exp(-inputs))

    def backward(self, dvalues):
        self.dinputs = dvalues * (1 - self.output) * self.output

    def predictions(self, outputs):
        return (outputs > 0.5) * 1
''',
    Layer_Dense="5x7", Activation_Sigmoid="5x7",
)  # fmt: skip

# Deep Learning from Scratch: weights are handed to the constructor, dW and db are kept

DLFS_LAYERS = """
class Relu:
    def __init__(self):
        self.mask = None

    def forward(self, x):
        self.mask = (x <= 0)
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        dx = dout
        return dx


class Sigmoid:
    def __init__(self):
        self.out = None

    def forward(self, x):
        out = 1 / (1 + np.exp(-x))
        self.out = out
        return out

    def backward(self, dout):
        dx = dout * (1.0 - self.out) * self.out
        return dx


class Affine:
    def __init__(self, W, b):
        self.W = W
        self.b = b
        self.x = None
        self.original_x_shape = None
        self.dW = None
        self.db = None

    def forward(self, x):
        self.original_x_shape = x.shape
        x = x.reshape(x.shape[0], -1)
        self.x = x
        out = np.dot(self.x, self.W) + self.b
        return out

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        dx = dx.reshape(*self.original_x_shape)
        return dx


def softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=-1, keepdims=True)


def cross_entropy_error(y, t):
    if y.ndim == 1:
        t = t.reshape(1, t.size)
        y = y.reshape(1, y.size)
    if t.size == y.size:
        t = t.argmax(axis=1)
    batch_size = y.shape[0]
    return -np.sum(np.log(y[np.arange(batch_size), t] + 1e-7)) / batch_size


class SoftmaxWithLoss:
    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        return self.loss

    def backward(self, dout=1):
        batch_size = self.t.shape[0]
        if self.t.size == self.y.size:
            dx = (self.y - self.t) / batch_size
        else:
            dx = self.y.copy()
            dx[np.arange(batch_size), self.t] -= 1
            dx = dx / batch_size
        return dx
"""
right(
    "deep learning from scratch", DLFS_LAYERS,
    Relu="5x7", Sigmoid="5x7", Affine="5x7", SoftmaxWithLoss="5x3 label",
)  # fmt: skip

right(
    "deep learning from scratch, its network",
    DLFS_LAYERS + '''

from collections import OrderedDict


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self.params = {}
        self.params['W1'] = weight_init_std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = weight_init_std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

        self.layers = OrderedDict()
        self.layers['Affine1'] = Affine(self.params['W1'], self.params['b1'])
        self.layers['Relu1'] = Relu()
        self.layers['Affine2'] = Affine(self.params['W2'], self.params['b2'])
        self.lastLayer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        y = self.predict(x)
        return self.lastLayer.forward(y, t)

    def accuracy(self, x, t):
        y = self.predict(x)
        y = np.argmax(y, axis=1)
        if t.ndim != 1:
            t = np.argmax(t, axis=1)
        return np.sum(y == t) / float(x.shape[0])

    def numerical_gradient(self, x, t):
        raise NotImplementedError

    def gradient(self, x, t):
        # forward
        self.loss(x, t)

        # backward
        dout = 1
        dout = self.lastLayer.backward(dout)

        layers = list(self.layers.values())
        layers.reverse()
        for layer in layers:
            dout = layer.backward(dout)

        grads = {}
        grads['W1'], grads['b1'] = self.layers['Affine1'].dW, self.layers['Affine1'].db
        grads['W2'], grads['b2'] = self.layers['Affine2'].dW, self.layers['Affine2'].db
        return grads
''',
    Relu="5x7", Sigmoid="5x7", Affine="5x7", SoftmaxWithLoss="5x3 label", TwoLayerNet="net",
)  # fmt: skip

right(
    "deep learning from scratch 2",
    '''
class MatMul:
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.x = None

    def forward(self, x):
        W, = self.params
        out = np.dot(x, W)
        self.x = x
        return out

    def backward(self, dout):
        W, = self.params
        dx = np.dot(dout, W.T)
        dW = np.dot(self.x.T, dout)
        self.grads[0][...] = dW
        return dx


class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]
        self.x = None

    def forward(self, x):
        W, b = self.params
        out = np.dot(x, W) + b
        self.x = x
        return out

    def backward(self, dout):
        W, b = self.params
        dx = np.dot(dout, W.T)
        dW = np.dot(self.x.T, dout)
        db = np.sum(dout, axis=0)

        self.grads[0][...] = dW
        self.grads[1][...] = db
        return dx


class RNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        t = np.dot(h_prev, Wh) + np.dot(x, Wx) + b
        h_next = np.tanh(t)

        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        Wx, Wh, b = self.params
        x, h_prev, h_next = self.cache

        dt = dh_next * (1 - h_next ** 2)
        db = np.sum(dt, axis=0)
        dWh = np.dot(h_prev.T, dt)
        dh_prev = np.dot(dt, Wh.T)
        dWx = np.dot(x.T, dt)
        dx = np.dot(dt, Wx.T)

        self.grads[0][...] = dWx
        self.grads[1][...] = dWh
        self.grads[2][...] = db

        return dx, dh_prev


class Embedding:
    def __init__(self, W):
        self.params = [W]
        self.grads = [np.zeros_like(W)]
        self.idx = None

    def forward(self, idx):
        W, = self.params
        self.idx = idx
        out = W[idx]
        return out

    def backward(self, dout):
        dW, = self.grads
        dW[...] = 0
        np.add.at(dW, self.idx, dout)
        return None


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        I, H, O = input_size, hidden_size, output_size
        W1 = 0.01 * np.random.randn(I, H)
        b1 = np.zeros(H)
        W2 = 0.01 * np.random.randn(H, O)
        b2 = np.zeros(O)
        self.layers = [
            Affine(W1, b1),
            Tanh(),
            Affine(W2, b2)
        ]
        self.loss_layer = SumOfSquares()
        self.params, self.grads = [], []
        for layer in self.layers:
            self.params += layer.params
            self.grads += layer.grads

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def forward(self, x, t):
        score = self.predict(x)
        loss = self.loss_layer.forward(score, t)
        return loss

    def backward(self, dout=1):
        dout = self.loss_layer.backward(dout)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout


class Tanh:
    def __init__(self):
        self.params, self.grads = [], []
        self.out = None

    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** 2)


class SumOfSquares:
    def __init__(self):
        self.params, self.grads = [], []

    def forward(self, x, t):
        self.diff = x - t
        return 0.5 * np.sum(self.diff ** 2)

    def backward(self, dout=1):
        return dout * self.diff
''',
    MatMul="5x7", Affine="5x7", RNN="5x7 5x7", Embedding="label", TwoLayerNet="net", Tanh="5x7",
    SumOfSquares="5x3 5x3",
)  # fmt: skip

right(
    "deep learning from scratch, batch norm and dropout",
    '''
class Dropout:
    def __init__(self, dropout_ratio=0.5):
        self.dropout_ratio = dropout_ratio
        self.mask = None

    def forward(self, x, train_flg=True):
        if train_flg:
            self.mask = np.random.rand(*x.shape) > self.dropout_ratio
            return x * self.mask
        else:
            return x * (1.0 - self.dropout_ratio)

    def backward(self, dout):
        return dout * self.mask


class BatchNormalization:
    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.input_shape = None

        self.running_mean = running_mean
        self.running_var = running_var

        self.batch_size = None
        self.xc = None
        self.std = None
        self.dgamma = None
        self.dbeta = None

    def forward(self, x, train_flg=True):
        self.input_shape = x.shape
        if x.ndim != 2:
            N, C, H, W = x.shape
            x = x.reshape(N, -1)

        out = self.__forward(x, train_flg)

        return out.reshape(*self.input_shape)

    def __forward(self, x, train_flg):
        if self.running_mean is None:
            N, D = x.shape
            self.running_mean = np.zeros(D)
            self.running_var = np.zeros(D)

        if train_flg:
            mu = x.mean(axis=0)
            xc = x - mu
            var = np.mean(xc**2, axis=0)
            std = np.sqrt(var + 10e-7)
            xn = xc / std

            self.batch_size = x.shape[0]
            self.xc = xc
            self.xn = xn
            self.std = std
            self.running_mean = self.momentum * self.running_mean + (1-self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1-self.momentum) * var
        else:
            xc = x - self.running_mean
            xn = xc / ((np.sqrt(self.running_var + 10e-7)))

        out = self.gamma * xn + self.beta
        return out

    def backward(self, dout):
        if dout.ndim != 2:
            N, C, H, W = dout.shape
            dout = dout.reshape(N, -1)

        dx = self.__backward(dout)

        dx = dx.reshape(*self.input_shape)
        return dx

    def __backward(self, dout):
        dbeta = dout.sum(axis=0)
        dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / self.batch_size) * self.xc * dvar
        dmu = np.sum(dxc, axis=0)
        dx = dxc - dmu / self.batch_size

        self.dgamma = dgamma
        self.dbeta = dbeta

        return dx
''',
    Dropout="5x7", BatchNormalization="5x7",
)  # fmt: skip

right(
    "deep learning from scratch, convolution",
    '''
def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_data.shape
    out_h = (H + 2*pad - filter_h)//stride + 1
    out_w = (W + 2*pad - filter_w)//stride + 1
    img = np.pad(input_data, [(0,0), (0,0), (pad, pad), (pad, pad)], 'constant')
    col = np.zeros((N, C, filter_h, filter_w, out_h, out_w))
    for y in range(filter_h):
        y_max = y + stride*out_h
        for x in range(filter_w):
            x_max = x + stride*out_w
            col[:, :, y, x, :, :] = img[:, :, y:y_max:stride, x:x_max:stride]
    col = col.transpose(0, 4, 5, 1, 2, 3).reshape(N*out_h*out_w, -1)
    return col


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_shape
    out_h = (H + 2*pad - filter_h)//stride + 1
    out_w = (W + 2*pad - filter_w)//stride + 1
    col = col.reshape(N, out_h, out_w, C, filter_h, filter_w).transpose(0, 3, 4, 5, 1, 2)
    img = np.zeros((N, C, H + 2*pad + stride - 1, W + 2*pad + stride - 1))
    for y in range(filter_h):
        y_max = y + stride*out_h
        for x in range(filter_w):
            x_max = x + stride*out_w
            img[:, :, y:y_max:stride, x:x_max:stride] += col[:, :, y, x, :, :]
    return img[:, :, pad:H + pad, pad:W + pad]


class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad
        self.x = None
        self.col = None
        self.col_W = None
        self.dW = None
        self.db = None

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, C, H, W = x.shape
        out_h = 1 + int((H + 2*self.pad - FH) / self.stride)
        out_w = 1 + int((W + 2*self.pad - FW) / self.stride)
        col = im2col(x, FH, FW, self.stride, self.pad)
        col_W = self.W.reshape(FN, -1).T
        out = np.dot(col, col_W) + self.b
        out = out.reshape(N, out_h, out_w, -1).transpose(0, 3, 1, 2)
        self.x = x
        self.col = col
        self.col_W = col_W
        return out

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        dout = dout.transpose(0,2,3,1).reshape(-1, FN)
        self.db = np.sum(dout, axis=0)
        self.dW = np.dot(self.col.T, dout)
        self.dW = self.dW.transpose(1, 0).reshape(FN, C, FH, FW)
        dcol = np.dot(dout, self.col_W.T)
        dx = col2im(dcol, self.x.shape, FH, FW, self.stride, self.pad)
        return dx


class Pooling:
    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self.pad = pad
        self.x = None
        self.arg_max = None

    def forward(self, x):
        N, C, H, W = x.shape
        out_h = int(1 + (H - self.pool_h) / self.stride)
        out_w = int(1 + (W - self.pool_w) / self.stride)
        col = im2col(x, self.pool_h, self.pool_w, self.stride, self.pad)
        col = col.reshape(-1, self.pool_h*self.pool_w)
        arg_max = np.argmax(col, axis=1)
        out = np.max(col, axis=1)
        out = out.reshape(N, out_h, out_w, C).transpose(0, 3, 1, 2)
        self.x = x
        self.arg_max = arg_max
        return out

    def backward(self, dout):
        dout = dout.transpose(0, 2, 3, 1)
        pool_size = self.pool_h * self.pool_w
        dmax = np.zeros((dout.size, pool_size))
        dmax[np.arange(self.arg_max.size), self.arg_max.flatten()] = dout.flatten()
        dmax = dmax.reshape(dout.shape + (pool_size,))
        dcol = dmax.reshape(dmax.shape[0] * dmax.shape[1] * dmax.shape[2], -1)
        dx = col2im(dcol, self.x.shape, self.pool_h, self.pool_w, self.stride, self.pad)
        return dx
''',
    Convolution="2x3x4x4", Pooling="2x3x4x4",
)  # fmt: skip

# ML-From-Scratch: functions as objects, layers that an optimizer updates

right(
    "ml from scratch, activations and losses",
    '''
class Sigmoid():
    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def gradient(self, x):
        return self.__call__(x) * (1 - self.__call__(x))

class Softmax():
    def __call__(self, x):
        e_x = np.exp(x - np.max(x, axis=-1, keepdims=True))
        return e_x / np.sum(e_x, axis=-1, keepdims=True)

class TanH():
    def __call__(self, x):
        return 2 / (1 + np.exp(-2*x)) - 1

    def gradient(self, x):
        return 1 - np.power(self.__call__(x), 2)

class LeakyReLU():
    def __init__(self, alpha=0.2):
        self.alpha = alpha

    def __call__(self, x):
        return np.where(x >= 0, x, self.alpha * x)

    def gradient(self, x):
        return np.where(x >= 0, 1, self.alpha)

class SELU():
    def __init__(self):
        self.alpha = 1.6732632423543772848170429916717
        self.scale = 1.0507009873554804934193349852946

    def __call__(self, x):
        return self.scale * np.where(x >= 0.0, x, self.alpha*(np.exp(x)-1))

    def gradient(self, x):
        return self.scale * np.where(x >= 0.0, 1, self.alpha * np.exp(x))

class SoftPlus():
    def __call__(self, x):
        return np.log(1 + np.exp(x))

    def gradient(self, x):
        return 1 / (1 + np.exp(-x))

class Loss(object):
    def loss(self, y_true, y_pred):
        return NotImplementedError()

    def gradient(self, y, y_pred):
        raise NotImplementedError()

    def acc(self, y, y_pred):
        return 0

class SquareLoss(Loss):
    def __init__(self): pass

    def loss(self, y, y_pred):
        return 0.5 * np.power((y - y_pred), 2)

    def gradient(self, y, y_pred):
        return -(y - y_pred)

class CrossEntropy(Loss):
    def __init__(self): pass

    def loss(self, y, p):
        # Avoid division by zero
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return - y * np.log(p) - (1 - y) * np.log(1 - p)

    def acc(self, y, p):
        return accuracy_score(np.argmax(y, axis=1), np.argmax(p, axis=1))

    def gradient(self, y, p):
        # Avoid division by zero
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return - (y / p) + (1 - y) / (1 - p)
''',
    Sigmoid="5x7", TanH="5x7", LeakyReLU="5x7", SELU="5x7", SoftPlus="5x7",
    SquareLoss="5x3 5x3", CrossEntropy="+5x3 +5x3",
)  # fmt: skip

right(
    "ml from scratch, layers",
    '''
import copy
import math

class Layer(object):

    def set_input_shape(self, shape):
        """ Sets the shape that the layer expects of the input in the forward pass method """
        self.input_shape = shape

    def layer_name(self):
        return self.__class__.__name__

    def parameters(self):
        return 0

    def forward_pass(self, X, training):
        """ Propogates the signal forward in the network """
        raise NotImplementedError()

    def backward_pass(self, accum_grad):
        raise NotImplementedError()

    def output_shape(self):
        raise NotImplementedError()


class Dense(Layer):
    def __init__(self, n_units, input_shape=None):
        self.layer_input = None
        self.input_shape = input_shape
        self.n_units = n_units
        self.trainable = True
        self.W = None
        self.w0 = None

    def initialize(self, optimizer):
        # Initialize the weights
        limit = 1 / math.sqrt(self.input_shape[0])
        self.W  = np.random.uniform(-limit, limit, (self.input_shape[0], self.n_units))
        self.w0 = np.zeros((1, self.n_units))
        # Weight optimizers
        self.W_opt  = copy.copy(optimizer)
        self.w0_opt = copy.copy(optimizer)

    def parameters(self):
        return np.prod(self.W.shape) + np.prod(self.w0.shape)

    def forward_pass(self, X, training=True):
        self.layer_input = X
        return X.dot(self.W) + self.w0

    def backward_pass(self, accum_grad):
        # Save weights used during forwards pass
        W = self.W

        if self.trainable:
            # Calculate gradient w.r.t layer weights
            grad_w = self.layer_input.T.dot(accum_grad)
            grad_w0 = np.sum(accum_grad, axis=0, keepdims=True)

            # Update the layer weights
            self.W = self.W_opt.update(self.W, grad_w)
            self.w0 = self.w0_opt.update(self.w0, grad_w0)

        # Return accumulated gradient for next layer
        # Calculated based on the weights used during the forward pass
        accum_grad = accum_grad.dot(W.T)
        return accum_grad

    def output_shape(self):
        return (self.n_units, )


class BatchNormalization(Layer):
    def __init__(self, momentum=0.99):
        self.momentum = momentum
        self.trainable = True
        self.eps = 0.01
        self.running_mean = None
        self.running_var = None

    def initialize(self, optimizer):
        # Initialize the parameters
        self.gamma  = np.ones(self.input_shape)
        self.beta = np.zeros(self.input_shape)
        # parameter optimizers
        self.gamma_opt  = copy.copy(optimizer)
        self.beta_opt = copy.copy(optimizer)

    def parameters(self):
        return np.prod(self.gamma.shape) + np.prod(self.beta.shape)

    def forward_pass(self, X, training=True):
        # Initialize running mean and variance if first run
        if self.running_mean is None:
            self.running_mean = np.mean(X, axis=0)
            self.running_var = np.var(X, axis=0)

        if training and self.trainable:
            mean = np.mean(X, axis=0)
            var = np.var(X, axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean = self.running_mean
            var = self.running_var

        # Statistics saved for backward pass
        self.X_centered = X - mean
        self.stddev_inv = 1 / np.sqrt(var + self.eps)

        X_norm = self.X_centered * self.stddev_inv
        output = self.gamma * X_norm + self.beta

        return output

    def backward_pass(self, accum_grad):
        # Save parameters used during the forward pass
        gamma = self.gamma

        # If the layer is trainable the parameters are updated
        if self.trainable:
            X_norm = self.X_centered * self.stddev_inv
            grad_gamma = np.sum(accum_grad * X_norm, axis=0)
            grad_beta = np.sum(accum_grad, axis=0)

            self.gamma = self.gamma_opt.update(self.gamma, grad_gamma)
            self.beta = self.beta_opt.update(self.beta, grad_beta)

        batch_size = accum_grad.shape[0]

        # The gradient of the loss with respect to the layer inputs (use weights and statistics from forward pass)
        accum_grad = (1 / batch_size) * gamma * self.stddev_inv * (
            batch_size * accum_grad
            - np.sum(accum_grad, axis=0)
            - self.X_centered * self.stddev_inv**2 * np.sum(accum_grad * self.X_centered, axis=0)
            )

        return accum_grad

    def output_shape(self):
        return self.input_shape


class Activation(Layer):
    def __init__(self, name):
        self.activation_name = name
        self.activation_func = activation_functions[name]()
        self.trainable = True

    def layer_name(self):
        return "Activation (%s)" % (self.activation_func.__class__.__name__)

    def forward_pass(self, X, training=True):
        self.layer_input = X
        return self.activation_func(X)

    def backward_pass(self, accum_grad):
        return accum_grad * self.activation_func.gradient(self.layer_input)

    def output_shape(self):
        return self.input_shape


class ReLU():
    def __call__(self, x):
        return np.where(x >= 0, x, 0)

    def gradient(self, x):
        return np.where(x >= 0, 1, 0)


activation_functions = {
    'relu': ReLU,
}


class Flatten(Layer):
    def __init__(self, input_shape=None):
        self.prev_shape = None
        self.trainable = True
        self.input_shape = input_shape

    def forward_pass(self, X, training=True):
        self.prev_shape = X.shape
        return X.reshape((X.shape[0], -1))

    def backward_pass(self, accum_grad):
        return accum_grad.reshape(self.prev_shape)

    def output_shape(self):
        return (np.prod(self.input_shape),)


class Dropout(Layer):
    def __init__(self, p=0.2):
        self.p = p
        self._mask = None
        self.input_shape = None
        self.n_units = None
        self.pass_through = True
        self.trainable = True

    def forward_pass(self, X, training=True):
        c = (1 - self.p)
        if training:
            self._mask = np.random.uniform(size=X.shape) > self.p
            c = self._mask
        return X * c

    def backward_pass(self, accum_grad):
        return accum_grad * self._mask

    def output_shape(self):
        return self.input_shape
''',
    Dense="5x7", BatchNormalization="5x7", Activation="5x7", ReLU="5x7", Flatten="5x7", Dropout="5x7",
)  # fmt: skip

# CS231n: a loss method that returns the gradients

right(
    "cs231n two layer net",
    '''
class TwoLayerNet(object):
    """
    A two-layer fully-connected neural network. The net has an input dimension of
    N, a hidden layer dimension of H, and performs classification over C classes.
    """

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params['W1'] = std * np.random.randn(input_size, hidden_size)
        self.params['b1'] = np.zeros(hidden_size)
        self.params['W2'] = std * np.random.randn(hidden_size, output_size)
        self.params['b2'] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        # Unpack variables from the params dictionary
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        N, D = X.shape

        scores = None
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2

        # If the targets are not given then jump out, we're done
        if y is None:
            return scores

        shifted = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(shifted)
        probs /= probs.sum(axis=1, keepdims=True)
        loss = -np.log(probs[np.arange(N), y]).sum() / N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads['W2'] = hidden.T.dot(dscores) + 2 * reg * W2
        grads['b2'] = dscores.sum(axis=0)
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads['W1'] = X.T.dot(dhidden) + 2 * reg * W1
        grads['b1'] = dhidden.sum(axis=0)

        return loss, grads

    def train(self, X, y, X_val, y_val,
              learning_rate=1e-3, learning_rate_decay=0.95,
              reg=5e-6, num_iters=100,
              batch_size=200, verbose=False):
        raise SystemExit("nobody asked for that")

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
''',
    TwoLayerNet="net",
)  # fmt: skip

right(
    "cs231n linear classifier",
    '''
class LinearClassifier(object):
    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        num_train, dim = X.shape
        num_classes = np.max(y) + 1
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)
        for it in range(num_iters):
            loss, grad = self.loss(X, y, reg)
            self.W -= learning_rate * grad

    def loss(self, X_batch, y_batch, reg):
        pass


class Gates:
    pass


class MultiplyGate(object):
    def forward(self, x, y):
        z = x*y
        self.x = x # must keep these around!
        self.y = y
        return z
    def backward(self, dz):
        dx = self.y * dz # [dz/dx * dL/dz]
        dy = self.x * dz # [dz/dy * dL/dz]
        return [dx, dy]


class AddGate:
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return dz, dz


class MaxGate:
    def forward(self, x, y):
        self.first = x > y
        return np.where(self.first, x, y)

    def backward(self, dz):
        return dz * self.first, dz * ~self.first
''',
    LinearClassifier="unwritten", MultiplyGate="", AddGate="", MaxGate="",
)  # fmt: skip
SOURCES["cs231n linear classifier"][1].update(MultiplyGate="5x7 5x7", AddGate="5x7 5x7", MaxGate="5x7 5x7")

# Nielsen: lists of weights, samples are columns

NIELSEN = '''
import random


class Network(object):

    def __init__(self, sizes):
        """The list ``sizes`` contains the number of neurons in the
        respective layers of the network."""
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x)
                        for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        """Return the output of the network if ``a`` is input."""
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a)+b)
        return a

    def SGD(self, training_data, epochs, mini_batch_size, eta, test_data=None):
        raise SystemExit

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb+dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw+dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w-(eta/len(mini_batch))*nw
                        for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b-(eta/len(mini_batch))*nb
                       for b, nb in zip(self.biases, nabla_b)]

    def backprop(self, x, y):
        """Return a tuple ``(nabla_b, nabla_w)`` representing the
        gradient for the cost function C_x."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        # feedforward
        activation = x
        activations = [x] # list to store all the activations, layer by layer
        zs = [] # list to store all the z vectors, layer by layer
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation)+b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        # backward pass
        delta = self.cost_derivative(activations[-1], y) * \\
            sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = sigmoid_prime(z)
            delta = np.dot(self.weights[-l+1].transpose(), delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
        return (nabla_b, nabla_w)

    def evaluate(self, test_data):
        return 0

    def cost_derivative(self, output_activations, y):
        return (output_activations-y)


def sigmoid(z):
    """The sigmoid function."""
    return 1.0/(1.0+np.exp(-z))

def sigmoid_prime(z):
    """Derivative of the sigmoid function."""
    return sigmoid(z)*(1-sigmoid(z))
'''
right("nielsen", NIELSEN, Network="net")

right(
    "nielsen, costs",
    '''
class QuadraticCost(object):

    @staticmethod
    def fn(a, y):
        """Return the cost associated with an output ``a`` and desired output ``y``."""
        return 0.5*np.linalg.norm(a-y)**2

    @staticmethod
    def delta(z, a, y):
        """Return the error delta from the output layer."""
        return (a-y) * sigmoid_prime(z)


class Quadratic:

    @staticmethod
    def fn(a, y):
        return 0.5*np.linalg.norm(a-y)**2

    @staticmethod
    def derivative(a, y):
        return a - y


def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))

def sigmoid_prime(z):
    return sigmoid(z)*(1-sigmoid(z))
''',
    Quadratic="7x1 7x1",
    QuadraticCost="7x1 7x1",
)  # fmt: skip

# Networks that learn in their backward

right(
    "a network that is updated with plus",
    """
class Neural_Network(object):
    def __init__(self):
        # parameters
        self.inputSize = 2
        self.outputSize = 1
        self.hiddenSize = 3

        # weights
        self.W1 = np.random.randn(self.inputSize, self.hiddenSize) # (3x2) weight matrix from input to hidden layer
        self.W2 = np.random.randn(self.hiddenSize, self.outputSize) # (3x1) weight matrix from hidden to output layer

    def forward(self, X):
        # forward propagation through our network
        self.z = np.dot(X, self.W1) # dot product of X (input) and first set of 3x2 weights
        self.z2 = self.sigmoid(self.z) # activation function
        self.z3 = np.dot(self.z2, self.W2) # dot product of hidden layer (z2) and second set of 3x1 weights
        o = self.sigmoid(self.z3) # final activation function
        return o

    def sigmoid(self, s):
        # activation function
        return 1/(1+np.exp(-s))

    def sigmoidPrime(self, s):
        # derivative of sigmoid
        return s * (1 - s)

    def backward(self, X, y, o):
        # backward propagate through the network
        self.o_error = y - o # error in output
        self.o_delta = self.o_error*self.sigmoidPrime(o) # applying derivative of sigmoid to error

        self.z2_error = self.o_delta.dot(self.W2.T) # z2 error: how much our hidden layer weights contributed to output error
        self.z2_delta = self.z2_error*self.sigmoidPrime(self.z2) # applying derivative of sigmoid to z2 error

        self.W1 += X.T.dot(self.z2_delta) # adjusting first set (input --> hidden) weights
        self.W2 += self.z2.T.dot(self.o_delta) # adjusting second set (hidden --> output) weights

    def train(self, X, y):
        o = self.forward(X)
        self.backward(X, y, o)
""",
    **{"Neural_Network": "net", "Neural_Network.sigmoid": "5x7"},
)

right(
    "a network with x and y in its constructor",
    '''
def sigmoid(x):
    return 1.0/(1+ np.exp(-x))

def sigmoid_derivative(x):
    return x * (1.0 - x)

class NeuralNetwork:
    def __init__(self, x, y):
        self.input      = x
        self.weights1   = np.random.rand(self.input.shape[1],4)
        self.weights2   = np.random.rand(4,1)
        self.y          = y
        self.output     = np.zeros(self.y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):
        # application of the chain rule to find derivative of the loss function with respect to weights2 and weights1
        d_weights2 = np.dot(self.layer1.T, (2*(self.y - self.output) * sigmoid_derivative(self.output)))
        d_weights1 = np.dot(self.input.T,  (np.dot(2*(self.y - self.output) * sigmoid_derivative(self.output), self.weights2.T) * sigmoid_derivative(self.layer1)))

        # update the weights with the derivative (slope) of the loss function
        self.weights1 += d_weights1
        self.weights2 += d_weights2
''',
    NeuralNetwork="net",
)  # fmt: skip

right(
    "layers with a learning rate in backward",
    '''
class Layer:
    def __init__(self):
        self.input = None
        self.output = None

    # computes the output Y of a layer for a given input X
    def forward_propagation(self, input):
        raise NotImplementedError

    # computes dE/dX for a given dE/dY (and update parameters if any)
    def backward_propagation(self, output_error, learning_rate):
        raise NotImplementedError


class FCLayer(Layer):
    # input_size = number of input neurons
    # output_size = number of output neurons
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    # returns output for a given input
    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    # computes dE/dW, dE/dB for a given output_error=dE/dY. Returns input_error=dE/dX.
    def backward_propagation(self, output_error, learning_rate):
        input_error = np.dot(output_error, self.weights.T)
        weights_error = np.dot(self.input.T, output_error)
        # dBias = output_error

        # update parameters
        self.weights -= learning_rate * weights_error
        self.bias -= learning_rate * output_error.sum(axis=0, keepdims=True)
        return input_error


class ActivationLayer(Layer):
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward_propagation(self, input_data):
        self.input = input_data
        self.output = self.activation(self.input)
        return self.output

    def backward_propagation(self, output_error, learning_rate):
        return self.activation_prime(self.input) * output_error


def tanh(x):
    return np.tanh(x)

def tanh_prime(x):
    return 1-np.tanh(x)**2
''',
    FCLayer="5x7", ActivationLayer="5x7",
)  # fmt: skip

right(
    "columns",
    '''
class Dense:
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)
        self.bias = np.random.randn(output_size, 1)

    def forward(self, input):
        self.input = input
        return np.dot(self.weights, self.input) + self.bias

    def backward(self, output_gradient, learning_rate):
        weights_gradient = np.dot(output_gradient, self.input.T)
        input_gradient = np.dot(self.weights.T, output_gradient)
        self.weights -= learning_rate * weights_gradient
        self.bias -= learning_rate * np.sum(output_gradient, axis=1, keepdims=True)
        return input_gradient


class Activation:
    def __init__(self, activation, activation_prime):
        self.activation = activation
        self.activation_prime = activation_prime

    def forward(self, input):
        self.input = input
        return self.activation(self.input)

    def backward(self, output_gradient, learning_rate):
        return np.multiply(output_gradient, self.activation_prime(self.input))


class Tanh(Activation):
    def __init__(self):
        def tanh(x):
            return np.tanh(x)

        def tanh_prime(x):
            return 1 - np.tanh(x) ** 2

        super().__init__(tanh, tanh_prime)


class Softmax:
    def forward(self, input):
        tmp = np.exp(input)
        self.output = tmp / np.sum(tmp)
        return self.output

    def backward(self, output_gradient, learning_rate):
        n = np.size(self.output)
        return np.dot((np.identity(n) - self.output.T) * self.output, output_gradient)
''',
    Dense="7x5", Activation="7x5", Tanh="7x5", Softmax="4x1",
)  # fmt: skip

right(
    "learning rate of the object, of the module, and a number",
    '''
LEARNING_RATE = 0.1

class Own:
    def __init__(self, n_in, n_out, lr=0.01):
        self.W = np.random.randn(n_in, n_out)
        self.lr = lr

    def forward(self, X):
        self.X = X
        return X @ self.W

    def backward(self, grad):
        dX = grad @ self.W.T
        self.W = self.W - self.lr * (self.X.T @ grad)
        return dX


class Modules:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W

    def backward(self, grad):
        dX = grad @ self.W.T
        self.W -= LEARNING_RATE * self.X.T @ grad
        return dX


class Number:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W

    def backward(self, grad):
        dX = grad @ self.W.T
        self.W -= 0.05 * (self.X.T @ grad)
        return dX


class Updated:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, grad):
        self._grad = grad
        return grad @ self.W.T

    def update(self, lr):
        self.W -= lr * self.X.T @ self._grad
        self.b -= lr * self._grad.sum(0)
''',
    Own="5x7", Modules="5x7", Number="5x7", Updated="5x7",
)  # fmt: skip

# Homework

right(
    "homework: underscores, dicts of parameters, static methods",
    '''
class Linear:
    """A fully connected layer."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        self.params = {"W": np.random.randn(out_features, in_features), "b": np.random.randn(out_features)}
        self.grads = {"W": np.zeros((out_features, in_features)), "b": np.zeros(out_features)}
        self._cache = {}

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._cache["x"] = x
        return x @ self.params["W"].T + self.params["b"]

    def backward(self, dout: np.ndarray) -> np.ndarray:
        x = self._cache["x"]
        self.grads["W"] += dout.T @ x
        self.grads["b"] += dout.sum(axis=0)
        return dout @ self.params["W"]

    def zero_grad(self):
        for key in self.grads:
            self.grads[key][:] = 0


class ReLU:
    @staticmethod
    def forward(x):
        return np.maximum(x, 0)

    @staticmethod
    def backward(x):
        return (x > 0).astype(float)


class Sigmoid:
    @staticmethod
    def activate(z):
        return 1 / (1 + np.exp(-z))

    @staticmethod
    def derivative(z):
        s = Sigmoid.activate(z)
        return s * (1 - s)


class Tanh:
    @classmethod
    def f(cls, z):
        return np.tanh(z)

    @classmethod
    def df(cls, a):
        return 1 - a ** 2


class Softsign:
    def __call__(self, x):
        return x / (1 + np.abs(x))

    def grad(self, x):
        return 1 / (1 + np.abs(x)) ** 2
''',
    Linear="5x7", ReLU="5x7", Sigmoid="5x7", Tanh="5x7", Softsign="5x7",
)  # fmt: skip

right(
    "homework: cache in two directions",
    '''
class LayerNorm:
    def __init__(self, dim, eps=1e-5):
        self.gamma = np.ones(dim)
        self.beta = np.zeros(dim)
        self.eps = eps

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.mu = x.mean(-1, keepdims=True)
        self.var = x.var(-1, keepdims=True)
        self.inv = 1 / np.sqrt(self.var + self.eps)
        self.xhat = (x - self.mu) * self.inv
        return self.gamma * self.xhat + self.beta

    def backward(self, dy):
        self.dgamma = (dy * self.xhat).sum(0)
        self.dbeta = dy.sum(0)
        dxhat = dy * self.gamma
        n = dy.shape[-1]
        return self.inv / n * (n * dxhat - dxhat.sum(-1, keepdims=True) - self.xhat * (dxhat * self.xhat).sum(-1, keepdims=True))


class Scale:
    def __init__(self, num_features):
        self.alpha = np.ones((1, num_features))

    def forward(self, x):
        return x * self.alpha, x

    def backward(self, grad_output, cache):
        x = cache
        grad_alpha = (grad_output * x).sum(axis=0, keepdims=True)
        return grad_output * self.alpha, grad_alpha


class PReLU:
    def __init__(self):
        self.a = np.array([0.25])

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.a * x)

    def backward(self, g):
        self.grad_a = np.array([(g * self.x * (self.x <= 0)).sum()])
        return np.where(self.x > 0, g, self.a * g)


class Bilinear:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a @ b

    def backward(self, dout):
        return {"db": self.a.T @ dout, "da": dout @ self.b.T}


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.s = e / e.sum(axis=1, keepdims=True)
        return self.s

    def backward(self, dout):
        return self.s * (dout - (dout * self.s).sum(axis=1, keepdims=True))
''',
    LayerNorm="5x7", Scale="5x7", PReLU="5x7", Bilinear="5x7 7x3", Softmax="5x3",
)  # fmt: skip

right(
    "homework: fprop and bprop, loss objects",
    '''
class MSE:
    def loss(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def gradient(self, y_pred, y_true):
        return 2 * (y_pred - y_true) / y_pred.size


class MSELoss:
    def __call__(self, y_hat, y):
        self.y_hat, self.y = y_hat, y
        return ((y_hat - y) ** 2).mean()

    def backward(self):
        return 2 * (self.y_hat - self.y) / self.y.size


class CrossEntropyLoss:
    def forward(self, logits, labels):
        z = logits - logits.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.p, self.labels = p, labels
        n = len(labels)
        return -np.log(p[np.arange(n), labels]).mean()

    def backward(self):
        g = self.p.copy()
        n = len(self.labels)
        g[np.arange(n), self.labels] -= 1
        return g / n


class Hinge:
    def fprop(self, scores, y):
        n = len(y)
        margins = np.maximum(0, scores - scores[np.arange(n), y][:, None] + 1)
        margins[np.arange(n), y] = 0
        self.margins, self.y = margins, y
        return margins.sum() / n

    def bprop(self):
        n = len(self.y)
        d = (self.margins > 0).astype(float)
        d[np.arange(n), self.y] = -d.sum(axis=1)
        return d / n


class MAE:
    @staticmethod
    def compute(y_true, y_pred):
        return np.abs(y_true - y_pred).mean()

    @staticmethod
    def compute_gradient(y_true, y_pred):
        return np.sign(y_pred - y_true) / y_pred.size


class BCE:
    def calc_loss(self, p, t):
        return 0

    def forward(self, p, t):
        self.p, self.t = p, t
        return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))

    def backward(self, dout=1):
        return dout * (self.p - self.t) / (self.p * (1 - self.p)) / self.p.size


class LossAndGrad:
    def loss(self, x, y):
        loss = ((x - y) ** 2).sum()
        dx = 2 * (x - y)
        return loss, dx
''',
    MSE="5x3 5x3", MSELoss="5x3 5x3", CrossEntropyLoss="5x3 label", Hinge="5x3 label", MAE="5x3 5x3",
    BCE="+5x3 +5x3", LossAndGrad="5x3 5x3",
)  # fmt: skip

right(
    "composed layers, and weights in objects of their own",
    '''
class Parameter:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


class Linear:
    def __init__(self, n_input, n_output):
        self.W = Parameter(np.random.randn(n_input, n_output))
        self.B = Parameter(np.zeros((1, n_output)))
        self.X = None

    def forward(self, X):
        self.X = X
        return np.dot(X, self.W.value) + self.B.value

    def backward(self, d_out):
        d_input = np.dot(d_out, self.W.value.T)
        self.W.grad += np.dot(self.X.T, d_out)
        self.B.grad += np.sum(d_out, axis=0, keepdims=True)
        return d_input

    def params(self):
        return {'W': self.W, 'B': self.B}


class Swish:
    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-x))
        return x * self.s

    def backward(self, dy):
        return dy * (self.s + self.x * self.s * (1 - self.s))


class Block:
    def __init__(self, n_input, n_hidden, n_output):
        self.first = Linear(n_input, n_hidden)
        self.act = Swish()
        self.second = Linear(n_hidden, n_output)

    def forward(self, x):
        return self.second.forward(self.act.forward(self.first.forward(x)))

    def backward(self, d_out):
        return self.first.backward(self.act.backward(self.second.backward(d_out)))


class Residual:
    def __init__(self, d):
        self.layers = [Linear(d, d), Swish()]

    def forward(self, x):
        out = x
        for layer in self.layers:
            out = layer.forward(out)
        return x + out

    def backward(self, dy):
        grad = dy
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return dy + grad
''',
    Linear="5x7", Swish="5x7", Block="5x7", Residual="5x7",
)  # fmt: skip

right(
    "regressions",
    '''
class LogisticRegression:
    def __init__(self, n_features, lr=0.1):
        self.w = np.zeros(n_features)
        self.b = 0.0
        self.lr = lr

    def forward(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def loss(self, X, y):
        p = self.forward(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def gradient(self, X, y):
        p = self.forward(X)
        dw = X.T @ (p - y) / len(y)
        db = np.mean(p - y)
        return dw, db

    def fit(self, X, y):
        raise SystemExit


class LinearRegression:
    def __init__(self, n_features):
        self.weights = np.zeros((n_features, 1))
        self.bias = np.zeros(1)

    def forward(self, X):
        self.X = X
        return X @ self.weights + self.bias

    def compute_loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        error = self.forward(X) - y
        self.dw = 2 * X.T @ error / len(X)
        self.db = 2 * error.sum(axis=0) / len(X)

    def step(self, lr):
        self.weights -= lr * self.dw
        self.bias -= lr * self.db


class SoftmaxRegression:
    def __init__(self, n_features, n_classes):
        self.W = np.zeros((n_features, n_classes))

    def loss_and_grad(self, X, y):
        n = len(X)
        z = X @ self.W
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(n), y]).mean()
        p[np.arange(n), y] -= 1
        grad = X.T @ p / n
        return loss, grad
''',
    LogisticRegression="net", LinearRegression="net", SoftmaxRegression="net",
)  # fmt: skip

right(
    "a network in the columns of a course",
    '''
class NeuralNetwork:
    def __init__(self, layer_dims):
        self.parameters = {}
        for l in range(1, len(layer_dims)):
            self.parameters['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l-1]) * 0.01
            self.parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))
        self.L = len(layer_dims) - 1

    def forward(self, X):
        self.cache = {'A0': X}
        A = X
        for l in range(1, self.L):
            Z = self.parameters['W' + str(l)] @ A + self.parameters['b' + str(l)]
            A = np.tanh(Z)
            self.cache['A' + str(l)] = A
        Z = self.parameters['W' + str(self.L)] @ A + self.parameters['b' + str(self.L)]
        AL = 1 / (1 + np.exp(-Z))
        self.cache['A' + str(self.L)] = AL
        return AL

    def compute_cost(self, AL, Y):
        m = Y.shape[1]
        return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m

    def backward(self, AL, Y):
        m = Y.shape[1]
        grads = {}
        dZ = AL - Y
        for l in range(self.L, 0, -1):
            A_prev = self.cache['A' + str(l - 1)]
            grads['dW' + str(l)] = dZ @ A_prev.T / m
            grads['db' + str(l)] = dZ.sum(axis=1, keepdims=True) / m
            if l > 1:
                dZ = (self.parameters['W' + str(l)].T @ dZ) * (1 - A_prev ** 2)
        return grads
''',
    NeuralNetwork="net",
)  # fmt: skip

right(
    "a network of a blog: forward, then backward with x and y, then update",
    '''
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class MLP:
    def __init__(self, input_dim, hidden_dim, output_dim, learning_rate=0.1):
        self.W1 = np.random.randn(input_dim, hidden_dim) * 0.1
        self.b1 = np.zeros((1, hidden_dim))
        self.W2 = np.random.randn(hidden_dim, output_dim) * 0.1
        self.b2 = np.zeros((1, output_dim))
        self.learning_rate = learning_rate

    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = np.maximum(0, self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        self.A2 = softmax(self.Z2)
        return self.A2

    def backward(self, X, Y):
        m = X.shape[0]
        dZ2 = (self.A2 - Y) / m
        dW2 = self.A1.T @ dZ2
        db2 = dZ2.sum(axis=0, keepdims=True)
        dA1 = dZ2 @ self.W2.T
        dZ1 = dA1 * (self.Z1 > 0)
        dW1 = X.T @ dZ1
        db1 = dZ1.sum(axis=0, keepdims=True)
        self.W1 -= self.learning_rate * dW1
        self.b1 -= self.learning_rate * db1
        self.W2 -= self.learning_rate * dW2
        self.b2 -= self.learning_rate * db2

    def fit(self, X, Y, epochs=100):
        raise SystemExit
''',
    MLP="net",
)  # fmt: skip

right(
    "recurrent and attention",
    '''
class LSTM:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        N, H = h_prev.shape
        A = np.dot(x, Wx) + np.dot(h_prev, Wh) + b
        f = A[:, :H]
        g = A[:, H:2*H]
        i = A[:, 2*H:3*H]
        o = A[:, 3*H:]
        f = 1 / (1 + np.exp(-f))
        g = np.tanh(g)
        i = 1 / (1 + np.exp(-i))
        o = 1 / (1 + np.exp(-o))
        c_next = f * c_prev + g * i
        h_next = o * np.tanh(c_next)
        self.cache = (x, h_prev, c_prev, i, f, g, o, c_next)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, b = self.params
        x, h_prev, c_prev, i, f, g, o, c_next = self.cache
        tanh_c_next = np.tanh(c_next)
        ds = dc_next + (dh_next * o) * (1 - tanh_c_next ** 2)
        dc_prev = ds * f
        di = ds * g
        df = ds * c_prev
        do = dh_next * tanh_c_next
        dg = ds * i
        di *= i * (1 - i)
        df *= f * (1 - f)
        do *= o * (1 - o)
        dg *= (1 - g ** 2)
        dA = np.hstack((df, dg, di, do))
        dWh = np.dot(h_prev.T, dA)
        dWx = np.dot(x.T, dA)
        db = dA.sum(axis=0)
        self.grads[0][...] = dWx
        self.grads[1][...] = dWh
        self.grads[2][...] = db
        dx = np.dot(dA, Wx.T)
        dh_prev = np.dot(dA, Wh.T)
        return dx, dh_prev, dc_prev


class Attention:
    def forward(self, q, k, v):
        s = q @ k.T / np.sqrt(q.shape[-1])
        e = np.exp(s - s.max(-1, keepdims=True))
        self.a = e / e.sum(-1, keepdims=True)
        self.q, self.k, self.v = q, k, v
        return self.a @ v

    def backward(self, dout):
        dv = self.a.T @ dout
        da = dout @ self.v.T
        ds = self.a * (da - (da * self.a).sum(-1, keepdims=True)) / np.sqrt(self.q.shape[-1])
        dq = ds @ self.k
        dk = ds.T @ self.q
        return dq, dk, dv
''',
    LSTM="5x7 5x7 5x7", Attention="5x7 4x7 4x3",
)  # fmt: skip

right(
    "activations by name, weights made at the first forward, float32",
    '''
class Activation:
    def __init__(self, kind):
        self.kind = kind

    def forward(self, x):
        self.x = x
        if self.kind == "sigmoid":
            self.y = 1 / (1 + np.exp(-x))
        elif self.kind == "tanh":
            self.y = np.tanh(x)
        else:
            raise ValueError(self.kind)
        return self.y

    def backward(self, dy):
        if self.kind == "sigmoid":
            return dy * self.y * (1 - self.y)
        return dy * (1 - self.y ** 2)


class Lazy:
    def __init__(self, units):
        self.units = units
        self.W = None
        self.b = None

    def forward(self, x):
        if self.W is None:
            self.W = np.random.randn(x.shape[1], self.units)
            self.b = np.zeros(self.units)
        self.x = x
        return x @ self.W + self.b

    def backward(self, d_output):
        self.d_W = self.x.T @ d_output
        self.d_b = d_output.sum(0)
        return d_output @ self.W.T


class Built:
    def __init__(self, units, activation=None):
        self.units = units

    def build(self, input_dim):
        self.kernel = np.random.randn(input_dim, self.units)
        self.bias = np.zeros(self.units)

    def call(self, x):
        self.x = x
        return x @ self.kernel + self.bias

    def backward(self, upstream):
        self.kernel_grad = self.x.T @ upstream
        self.bias_grad = upstream.sum(axis=0)
        return upstream @ self.kernel.T


class Neuron:
    def __init__(self, n_inputs):
        self.w = np.random.randn(n_inputs)
        self.b = 0.0

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dL_dy):
        self.dL_dw = self.x.T @ dL_dy
        self.dL_db = dL_dy.sum()
        return np.outer(dL_dy, self.w)


class WithActivation:
    def __init__(self, n_in, n_out, activation):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out)
        self.activation = activation

    def forward(self, x):
        self.x = x
        self.z = x @ self.W + self.b
        return self.activation.forward(self.z)

    def backward(self, dout):
        dz = self.activation.backward(dout)
        self.dW = self.x.T @ dz
        self.db = dz.sum(axis=0)
        return dz @ self.W.T
''',
    **{"Activation[sigmoid]": "5x7", "Activation[tanh]": "5x7"},
    Lazy="5x7", Built="5x7", Neuron="5x7", WithActivation="5x7",
)  # fmt: skip

right(
    "nodes of a graph",
    '''
class Node(object):
    """
    Base class for nodes in the network.
    """
    def __init__(self, inbound_nodes=[]):
        self.inbound_nodes = inbound_nodes
        self.value = None
        self.outbound_nodes = []
        self.gradients = {}
        for node in inbound_nodes:
            node.outbound_nodes.append(self)

    def forward(self):
        raise NotImplementedError

    def backward(self):
        raise NotImplementedError


class Input(Node):
    def __init__(self):
        Node.__init__(self)

    def forward(self):
        # Do nothing because nothing is calculated.
        pass

    def backward(self):
        # An Input node has no inputs so the gradient (derivative) is zero.
        self.gradients = {self: 0}
        for n in self.outbound_nodes:
            self.gradients[self] += n.gradients[self]


class Linear(Node):
    def __init__(self, X, W, b):
        Node.__init__(self, [X, W, b])

    def forward(self):
        X = self.inbound_nodes[0].value
        W = self.inbound_nodes[1].value
        b = self.inbound_nodes[2].value
        self.value = np.dot(X, W) + b

    def backward(self):
        # Initialize a partial for each of the inbound_nodes.
        self.gradients = {n: np.zeros_like(n.value) for n in self.inbound_nodes}
        # Cycle through the outputs. The gradient will change depending on each output.
        for n in self.outbound_nodes:
            grad_cost = n.gradients[self]
            self.gradients[self.inbound_nodes[0]] += np.dot(grad_cost, self.inbound_nodes[1].value.T)
            self.gradients[self.inbound_nodes[1]] += np.dot(self.inbound_nodes[0].value.T, grad_cost)
            self.gradients[self.inbound_nodes[2]] += np.sum(grad_cost, axis=0, keepdims=False)


class Sigmoid(Node):
    def __init__(self, node):
        Node.__init__(self, [node])

    def _sigmoid(self, x):
        return 1. / (1. + np.exp(-x))

    def forward(self):
        input_value = self.inbound_nodes[0].value
        self.value = self._sigmoid(input_value)

    def backward(self):
        self.gradients = {n: np.zeros_like(n.value) for n in self.inbound_nodes}
        for n in self.outbound_nodes:
            grad_cost = n.gradients[self]
            sigmoid = self.value
            self.gradients[self.inbound_nodes[0]] += sigmoid * (1 - sigmoid) * grad_cost


class MSE(Node):
    def __init__(self, y, a):
        Node.__init__(self, [y, a])

    def forward(self):
        y = self.inbound_nodes[0].value.reshape(-1, 1)
        a = self.inbound_nodes[1].value.reshape(-1, 1)
        self.m = self.inbound_nodes[0].value.shape[0]
        self.diff = y - a
        self.value = np.mean(self.diff**2)

    def backward(self):
        self.gradients[self.inbound_nodes[0]] = (2 / self.m) * self.diff
        self.gradients[self.inbound_nodes[1]] = (-2 / self.m) * self.diff
''',
    Linear="5x7 7x3 3", Sigmoid="5x7", MSE="5x1 5x1",
)  # fmt: skip

# A course's modules: names say what is differentiated by what

right(
    "dLdA and dLdZ",
    '''
class Linear:

    def __init__(self, in_features, out_features, debug=False):
        self.W = np.zeros((out_features, in_features))
        self.b = np.zeros((out_features, 1))
        self.debug = debug

    def forward(self, A):
        self.A = A
        self.N = A.shape[0]
        self.Ones = np.ones((self.N, 1))
        Z = self.A @ self.W.T + self.Ones @ self.b.T
        return Z

    def backward(self, dLdZ):
        dLdA = dLdZ @ self.W
        self.dLdW = dLdZ.T @ self.A
        self.dLdb = dLdZ.T @ self.Ones
        return dLdA


class GELU:
    def forward(self, Z):
        self.Z = Z
        self.A = 0.5 * Z * (1 + np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z ** 3)))
        return self.A

    def backward(self, dLdA):
        u = np.sqrt(2 / np.pi) * (self.Z + 0.044715 * self.Z ** 3)
        du = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * self.Z ** 2)
        dAdZ = 0.5 * (1 + np.tanh(u)) + 0.5 * self.Z * (1 - np.tanh(u) ** 2) * du
        return dLdA * dAdZ


class MSELoss:
    def forward(self, A, Y):
        self.A = A
        self.Y = Y
        self.N = A.shape[0]
        self.C = A.shape[1]
        se = (A - Y) * (A - Y)
        sse = np.sum(se)
        mse = sse / (self.N * self.C)
        return mse

    def backward(self):
        dLdA = 2 * (self.A - self.Y) / (self.N * self.C)
        return dLdA


class CrossEntropyLoss:
    def forward(self, A, Y):
        self.A = A
        self.Y = Y
        self.N, self.C = A.shape
        Ones_C = np.ones((self.C, 1))
        Ones_N = np.ones((self.N, 1))
        self.softmax = np.exp(A) / (np.exp(A) @ Ones_C @ Ones_C.T)
        crossentropy = (-Y * np.log(self.softmax)) @ Ones_C
        sum_crossentropy_loss = Ones_N.T @ crossentropy
        return sum_crossentropy_loss / self.N

    def backward(self):
        return (self.softmax - self.Y * self.Y.sum(1, keepdims=True)) / self.N if False else (
            self.softmax * self.Y.sum(1, keepdims=True) - self.Y) / self.N


class BatchNorm1d:
    def __init__(self, num_features, alpha=0.9):
        self.alpha = alpha
        self.eps = 1e-8
        self.BW = np.ones((1, num_features))
        self.Bb = np.zeros((1, num_features))
        self.running_M = np.zeros((1, num_features))
        self.running_V = np.ones((1, num_features))

    def forward(self, Z, eval=False):
        self.Z = Z
        self.N = Z.shape[0]
        self.M = np.mean(Z, axis=0, keepdims=True)
        self.V = np.var(Z, axis=0, keepdims=True)
        if not eval:
            self.NZ = (Z - self.M) / np.sqrt(self.V + self.eps)
            self.running_M = self.alpha * self.running_M + (1 - self.alpha) * self.M
            self.running_V = self.alpha * self.running_V + (1 - self.alpha) * self.V
        else:
            self.NZ = (Z - self.running_M) / np.sqrt(self.running_V + self.eps)
        self.BZ = self.BW * self.NZ + self.Bb
        return self.BZ

    def backward(self, dLdBZ):
        self.dLdBW = np.sum(dLdBZ * self.NZ, axis=0, keepdims=True)
        self.dLdBb = np.sum(dLdBZ, axis=0, keepdims=True)
        dLdNZ = dLdBZ * self.BW
        dLdV = -0.5 * np.sum(dLdNZ * (self.Z - self.M) * (self.V + self.eps) ** -1.5, axis=0)
        dNZdM = -(self.V + self.eps) ** -0.5
        dLdM = np.sum(dLdNZ * dNZdM, axis=0)
        return dLdNZ * (self.V + self.eps) ** -0.5 + dLdV * (2 / self.N) * (self.Z - self.M) + dLdM / self.N


class Columns:
    def __init__(self, m, n):
        self.m, self.n = (m, n)
        self.W0 = np.zeros([self.n, 1])
        self.W = np.random.normal(0, 1.0 * m ** (-.5), [m, n])

    def forward(self, A):
        self.A = A
        return self.W.T @ A + self.W0

    def backward(self, dLdZ):
        self.dLdW = self.A @ dLdZ.T
        self.dLdW0 = dLdZ.sum(axis=1).reshape((self.n, 1))
        return self.W @ dLdZ

    def sgd_step(self, lrate):
        self.W = self.W - lrate * self.dLdW
        self.W0 = self.W0 - lrate * self.dLdW0
''',
    Linear="5x7", GELU="5x7", MSELoss="5x3 5x3", CrossEntropyLoss="5x3 +5x3", BatchNorm1d="5x7", Columns="7x5",
)  # fmt: skip

right(
    "backward takes the input as well",
    '''
class Layer:
    """
    A building block. Each layer is capable of performing two things:
    - Process input to get output:           output = layer.forward(input)
    - Propagate gradients through itself:    grad_input = layer.backward(input, grad_output)
    """

    def __init__(self):
        pass

    def forward(self, input):
        # A dummy layer just returns whatever it gets as input.
        return input

    def backward(self, input, grad_output):
        num_units = input.shape[1]
        d_layer_d_input = np.eye(num_units)
        return np.dot(grad_output, d_layer_d_input)


class ReLU(Layer):
    def __init__(self):
        pass

    def forward(self, input):
        relu_forward = np.maximum(0, input)
        return relu_forward

    def backward(self, input, grad_output):
        relu_grad = input > 0
        return grad_output * relu_grad


class Dense(Layer):
    def __init__(self, input_units, output_units, learning_rate=0.1):
        self.learning_rate = learning_rate
        self.weights = np.random.normal(loc=0.0, scale=np.sqrt(2/(input_units+output_units)), size=(input_units, output_units))
        self.biases = np.zeros(output_units)

    def forward(self, input):
        return np.dot(input, self.weights) + self.biases

    def backward(self, input, grad_output):
        grad_input = np.dot(grad_output, self.weights.T)
        grad_weights = np.dot(input.T, grad_output)
        grad_biases = grad_output.mean(axis=0)*input.shape[0]
        assert grad_weights.shape == self.weights.shape and grad_biases.shape == self.biases.shape
        self.weights = self.weights - self.learning_rate * grad_weights
        self.biases = self.biases - self.learning_rate * grad_biases
        return grad_input


class Sigmoid:
    def forward(self, Z):
        return 1 / (1 + np.exp(-Z))

    def backward(self, dA, Z):
        s = self.forward(Z)
        return dA * s * (1 - s)


class TanhOfOutput:
    def forward(self, x):
        y = np.tanh(x)
        return y

    def backward(self, y, grad):
        return grad * (1 - y * y)
''',
    Layer="5x7", ReLU="5x7", Dense="5x7", Sigmoid="5x7", TanhOfOutput="5x7",
)  # fmt: skip

right(
    "pictures without channels",
    '''
class Conv3x3:
    # A Convolution layer using 3x3 filters.

    def __init__(self, num_filters):
        self.num_filters = num_filters
        self.filters = np.random.randn(num_filters, 3, 3) / 9

    def iterate_regions(self, image):
        h, w = image.shape
        for i in range(h - 2):
            for j in range(w - 2):
                im_region = image[i:(i + 3), j:(j + 3)]
                yield im_region, i, j

    def forward(self, input):
        self.last_input = input
        h, w = input.shape
        output = np.zeros((h - 2, w - 2, self.num_filters))
        for im_region, i, j in self.iterate_regions(input):
            output[i, j] = np.sum(im_region * self.filters, axis=(1, 2))
        return output

    def backprop(self, d_L_d_out, learn_rate):
        d_L_d_filters = np.zeros(self.filters.shape)
        for im_region, i, j in self.iterate_regions(self.last_input):
            for f in range(self.num_filters):
                d_L_d_filters[f] += d_L_d_out[i, j, f] * im_region

        # Update filters
        self.filters -= learn_rate * d_L_d_filters

        # We aren't returning anything here since we use Conv3x3 as the first layer in our CNN.
        return None


class MaxPool2:
    def iterate_regions(self, image):
        h, w, _ = image.shape
        new_h = h // 2
        new_w = w // 2
        for i in range(new_h):
            for j in range(new_w):
                im_region = image[(i * 2):(i * 2 + 2), (j * 2):(j * 2 + 2)]
                yield im_region, i, j

    def forward(self, input):
        self.last_input = input
        h, w, num_filters = input.shape
        output = np.zeros((h // 2, w // 2, num_filters))
        for im_region, i, j in self.iterate_regions(input):
            output[i, j] = np.amax(im_region, axis=(0, 1))
        return output

    def backprop(self, d_L_d_out):
        d_L_d_input = np.zeros(self.last_input.shape)
        for im_region, i, j in self.iterate_regions(self.last_input):
            h, w, f = im_region.shape
            amax = np.amax(im_region, axis=(0, 1))
            for i2 in range(h):
                for j2 in range(w):
                    for f2 in range(f):
                        if im_region[i2, j2, f2] == amax[f2]:
                            d_L_d_input[i * 2 + i2, j * 2 + j2, f2] = d_L_d_out[i, j, f2]
        return d_L_d_input
''',
    Conv3x3="5x6", MaxPool2="4x6x3",
)  # fmt: skip

right(
    "networks that return their gradients, or know their input",
    '''
class MLP:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.out = self.h @ self.W2 + self.b2
        return self.out

    def backward(self, y):
        d = 2 * (self.out - y) / y.size
        dW2 = self.h.T @ d
        db2 = d.sum(0)
        dh = d @ self.W2.T * (1 - self.h ** 2)
        dW1 = self.X.T @ dh
        db1 = dh.sum(0)
        return dW1, db1, dW2, db2


class Other:
    def __init__(self, n_in, n_hidden, n_out, lr=0.5):
        self.weights_1 = np.random.randn(n_in, n_hidden)
        self.weights_2 = np.random.randn(n_hidden, n_out)
        self.lr = lr

    def feedforward(self, X):
        hidden = 1 / (1 + np.exp(-X @ self.weights_1))
        output = 1 / (1 + np.exp(-hidden @ self.weights_2))
        return hidden, output

    def backpropagation(self, X, y, hidden, output):
        delta = (output - y) * output * (1 - output)
        grad_2 = hidden.T @ delta
        grad_1 = X.T @ ((delta @ self.weights_2.T) * hidden * (1 - hidden))
        self.weights_1 -= self.lr * grad_1
        self.weights_2 -= self.lr * grad_2


class LossOfIts:
    def __init__(self, input_size, hidden_size, output_size):
        self.W1 = np.random.randn(input_size, hidden_size) * 0.01
        self.W2 = np.random.randn(hidden_size, output_size) * 0.01

    def forward(self, X):
        self.X = X
        self.z = np.maximum(0, X @ self.W1)
        scores = self.z @ self.W2
        e = np.exp(scores - scores.max(1, keepdims=True))
        self.probs = e / e.sum(1, keepdims=True)
        return self.probs

    def loss(self, probs, y):
        return -np.log(probs[np.arange(len(y)), y]).mean()

    def backward(self, y):
        n = len(y)
        d = self.probs.copy()
        d[np.arange(n), y] -= 1
        d /= n
        grads = {}
        grads["W2"] = self.z.T @ d
        grads["W1"] = self.X.T @ ((d @ self.W2.T) * (self.z > 0))
        return grads
''',
    MLP="net", Other="net", LossOfIts="net",
)  # fmt: skip

right(
    "dicts of gradients, properties, class of functions",
    '''
class Dense:
    def __init__(self, nin, nout):
        self.parameters = {"weight": np.random.randn(nin, nout), "bias": np.zeros(nout)}
        self.gradients = {}

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.parameters["weight"] + self.parameters["bias"]

    def backward(self, output_gradient):
        self.gradients = {
            "weight": self.inputs.T @ output_gradient,
            "bias": output_gradient.sum(axis=0),
        }
        return output_gradient @ self.parameters["weight"].T


class Kernel:
    def __init__(self, fan_in, fan_out):
        self._W = np.random.randn(fan_in, fan_out)
        self._b = np.random.randn(fan_out)

    @property
    def parameters(self):
        return [self._W, self._b]

    def __call__(self, x):
        self._x = x
        return x @ self._W + self._b

    def bprop(self, up):
        self._grad_W = self._x.T @ up
        self._grad_b = up.sum(0)
        return up @ self._W.T


class Losses:
    @staticmethod
    def mse(y_true, y_pred):
        return np.mean(np.power(y_true - y_pred, 2))

    @staticmethod
    def mse_prime(y_true, y_pred):
        return 2 * (y_pred - y_true) / np.size(y_true)


class Activations:
    @staticmethod
    def relu(x):
        return np.maximum(0, x)

    @staticmethod
    def relu_derivative(x):
        return np.where(x > 0, 1.0, 0.0)

    def tanh(self, x):
        return np.tanh(x)

    def d_tanh(self, x):
        return 1 - np.tanh(x) ** 2


class SoftmaxCrossEntropy:
    def __call__(self, logits, y):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -(y * np.log(self.p)).sum() / len(y)

    def backward(self):
        self.logits_grad = (self.p * self.y.sum(1, keepdims=True) - self.y) / len(self.y)
''',
    **{
        "Dense": "5x7", "Kernel": "5x7", "Losses.mse": "5x3 5x3", "Activations.relu": "5x7",
        "Activations.tanh": "5x7", "SoftmaxCrossEntropy": "5x3 +5x3",
    },
)  # fmt: skip

right(
    "a context instead of self",
    """
class Context:
    def save_for_backward(self, *args):
        self.saved_tensors = args

class Function:
    @staticmethod
    def forward(ctx, *args): raise NotImplementedError
    @staticmethod
    def backward(ctx, grad_output): raise NotImplementedError

class Mul(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y
    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        return y * grad_output, x * grad_output

class ReLU(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return np.maximum(input, 0)
    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.copy()
        grad_input[input < 0] = 0
        return grad_input
""",
    Mul="5x7 5x7",
    ReLU="5x7",
)
right(
    "weights as arguments, norms, a cell",
    """
class Linear:
    def forward(self, x, w, b):
        self.x, self.w = x, w
        return x @ w + b
    def backward(self, dout):
        return dout @ self.w.T, self.x.T @ dout, dout.sum(0)

class Softplus:
    @staticmethod
    def forward(x): return np.logaddexp(0, x)
    @staticmethod
    def gradient(x): return 1/(1+np.exp(-x))

class BatchNorm:
    def __init__(self, D, eps=1e-5, momentum=0.9):
        self.eps = eps
        self.params = {'gamma': np.ones(D), 'beta': np.zeros(D)}
        self.grads = {}
        self.running_mean = np.zeros(D); self.running_var = np.zeros(D)
        self.training = True
    def forward(self, x):
        mu = x.mean(0); var = x.var(0)
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu)/self.std
        return self.params['gamma']*self.xhat + self.params['beta']
    def backward(self, dout):
        self.grads['gamma'] = (dout*self.xhat).sum(0)
        self.grads['beta'] = dout.sum(0)
        dx = dout*self.params['gamma']
        N = len(dout)
        return (dx - dx.mean(0) - self.xhat*(dx*self.xhat).mean(0))/self.std

class RMSNorm:
    def __init__(self, d_model, eps=1e-6):
        self.weight = np.ones(d_model); self.eps = eps
    def forward(self, x):
        self.x = x
        self.r = 1/np.sqrt((x**2).mean(-1, keepdims=True) + self.eps)
        return x*self.r*self.weight
    def backward(self, grad_output):
        n = self.x*self.r
        self.grad_weight = (grad_output*n).sum(0)
        g = grad_output*self.weight
        return self.r*(g - n*(g*n).mean(-1, keepdims=True))

class MaxPool:
    def __init__(self, pool_size=2):
        self.p = pool_size
    def forward(self, x):
        n, c, h, w = x.shape
        p = self.p
        r = x.reshape(n, c, h//p, p, w//p, p)
        out = r.max(axis=(3, 5))
        self.mask = r == out[:, :, :, None, :, None]
        self.shape = x.shape
        return out
    def backward(self, dout):
        return (self.mask * dout[:, :, :, None, :, None]).reshape(self.shape)

class GRUCell:
    def __init__(self, input_size, hidden_size):
        self.Wz = np.random.randn(input_size + hidden_size, hidden_size)
        self.bz = np.zeros(hidden_size)
    def forward(self, x, h):
        self.c = np.concatenate([x, h], axis=1)
        self.z = 1/(1+np.exp(-(self.c @ self.Wz + self.bz)))
        self.h = h
        return self.z * h
    def backward(self, dh):
        dz = dh*self.h*self.z*(1-self.z)
        self.dWz = self.c.T @ dz
        self.dbz = dz.sum(0)
        dc = dz @ self.Wz.T
        D = self.c.shape[1] - self.h.shape[1]
        return dc[:, :D], dc[:, D:] + dh*self.z
""",
    Linear="5x7 7x3 3",
    Softplus="5x7",
    BatchNorm="5x7",
    RMSNorm="5x7",
    MaxPool="2x3x4x4",
    GRUCell="5x7 5x7",
)
right(
    "networks of lists, dicts and single weights",
    '''
class NeuralNetwork:
    def __init__(self, layers, learning_rate=0.1):
        self.layers = layers
        self.lr = learning_rate
        self.weights = []
        self.biases = []
        for i in range(len(layers)-1):
            self.weights.append(np.random.randn(layers[i], layers[i+1]))
            self.biases.append(np.zeros((1, layers[i+1])))
    def forward(self, X):
        self.activations = [X]
        for W, b in zip(self.weights, self.biases):
            X = 1/(1+np.exp(-(X @ W + b)))
            self.activations.append(X)
        return X
    def backward(self, y):
        m = y.shape[0]
        delta = (self.activations[-1] - y) / m
        for i in reversed(range(len(self.weights))):
            dW = self.activations[i].T @ delta
            db = delta.sum(axis=0, keepdims=True)
            if i > 0:
                a = self.activations[i]
                delta = (delta @ self.weights[i].T) * a * (1 - a)
            self.weights[i] -= self.lr * dW
            self.biases[i] -= self.lr * db
    def train(self, X, y, epochs): raise SystemExit

class DictNet:
    def __init__(self, dims):
        self.params = {}
        for i in range(1, len(dims)):
            self.params[f"W{i}"] = np.random.randn(dims[i-1], dims[i])*0.1
            self.params[f"b{i}"] = np.zeros(dims[i])
    def forward(self, X):
        self.cache = {"A0": X}
        self.cache["A1"] = np.tanh(X @ self.params["W1"] + self.params["b1"])
        return self.cache["A1"] @ self.params["W2"] + self.params["b2"]
    def mse_loss(self, y_pred, y_true):
        return np.mean((y_pred - y_true)**2)
    def backward(self, y_pred, y_true):
        grads = {}
        d = 2*(y_pred - y_true)/y_true.size
        grads["dW2"] = self.cache["A1"].T @ d
        grads["db2"] = d.sum(0)
        d = d @ self.params["W2"].T*(1 - self.cache["A1"]**2)
        grads["dW1"] = self.cache["A0"].T @ d
        grads["db1"] = d.sum(0)
        return grads

class LogReg:
    def __init__(self, lr=0.01):
        self.lr = lr
        self.weights = None
        self.bias = None
    def _sigmoid(self, z): return 1/(1+np.exp(-z))
    def predict_proba(self, X): return self._sigmoid(X @ self.weights + self.bias)
    def compute_loss(self, X, y):
        p = self.predict_proba(X)
        return -np.mean(y*np.log(p) + (1-y)*np.log(1-p))
    def compute_gradients(self, X, y):
        p = self.predict_proba(X)
        return X.T @ (p - y)/len(y), (p - y).mean()
    def fit(self, X, y): raise SystemExit

class Gain:
    """softmax regression with L2"""
    def __init__(self, n_features, n_classes, reg=0.1):
        self.W = np.random.randn(n_features, n_classes)*0.01
        self.reg = reg
    def loss(self, X, y):
        s = X @ self.W
        s = s - s.max(1, keepdims=True)
        p = np.exp(s)/np.exp(s).sum(1, keepdims=True)
        loss = -np.log(p[np.arange(len(y)), y]).mean() + 0.5*self.reg*(self.W**2).sum()
        p[np.arange(len(y)), y] -= 1
        dW = X.T @ p/len(y) + self.reg*self.W
        return loss, dW

class ThreeLayer:
    def __init__(self, input_size=4, hidden1=5, hidden2=3, output_size=2):
        self.w1 = np.random.randn(hidden1, input_size)
        self.w2 = np.random.randn(hidden2, hidden1)
        self.w3 = np.random.randn(output_size, hidden2)
    def forward_prop(self, x):
        self.a0 = x
        self.a1 = np.tanh(self.w1 @ x)
        self.a2 = np.tanh(self.w2 @ self.a1)
        self.a3 = np.tanh(self.w3 @ self.a2)
        return self.a3
    def back_prop(self, x, y):
        out = self.forward_prop(x)
        d3 = (out - y)*(1 - out**2)
        d2 = (self.w3.T @ d3)*(1 - self.a2**2)
        d1 = (self.w2.T @ d2)*(1 - self.a1**2)
        return d1 @ x.T, d2 @ self.a1.T, d3 @ self.a2.T
''',
    NeuralNetwork="net",
    DictNet="net",
    LogReg="net",
    Gain="net",
    ThreeLayer="net",
)
right(
    "parameters in a list, momentum, optional learning rates",
    """
class Layer:
    def __init__(self, name): self.name = name

class Param:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)

class Dense(Layer):
    def __init__(self, name, in_dim, out_dim):
        super().__init__(name)
        self.params = [Param(np.random.randn(in_dim, out_dim)), Param(np.zeros(out_dim))]
    def forward(self, x):
        self.x = x
        return x @ self.params[0].data + self.params[1].data
    def backward(self, dy):
        self.params[0].grad = self.x.T @ dy
        self.params[1].grad = dy.sum(0)
        return dy @ self.params[0].data.T

class Momentum(Layer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.vW = np.zeros_like(self.W)
        self.learning_rate = 0.01
        self.momentum = 0.9
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, dy):
        dx = dy @ self.W.T
        self.vW = self.momentum*self.vW - self.learning_rate*(self.x.T @ dy)
        self.W += self.vW
        return dx

class Huber:
    def __init__(self, delta=1.0): self.delta = delta
    def __call__(self, y_true, y_pred):
        e = y_pred - y_true
        return np.where(abs(e) <= self.delta, 0.5*e**2, self.delta*(abs(e) - 0.5*self.delta)).mean()
    def grad(self, y_true, y_pred):
        e = y_pred - y_true
        return np.clip(e, -self.delta, self.delta)/e.size

class ELU:
    def __init__(self, alpha=1.0): self.alpha = alpha
    def fn(self, z): return np.where(z > 0, z, self.alpha*(np.exp(z) - 1))
    def grad(self, x): return np.where(x >= 0, 1, self.alpha*np.exp(x))
    def grad2(self, x): return np.where(x >= 0, 0, self.alpha*np.exp(x))

class CrossEntropyWithSoftmax:
    def loss(self, y, y_pred):
        eps = np.finfo(float).eps
        return -np.sum(y*np.log(y_pred + eps))
    @staticmethod
    def grad(y, y_pred):
        return -y/y_pred

class Sequential:
    def __init__(self, layers): self.layers = layers
    def forward(self, x):
        for layer in self.layers: x = layer.forward(x)
        return x
    def backward(self, g):
        for layer in reversed(self.layers): g = layer.backward(g)
        return g

class Upd:
    def __init__(self, input_size, output_size):
        self.weights = np.random.randn(output_size, input_size)*0.1
        self.bias = np.zeros((output_size, 1))
    def forward(self, X):
        self.X = X
        return self.weights @ X + self.bias
    def backward(self, dZ, learning_rate=0.01):
        dW = dZ @ self.X.T
        db = np.sum(dZ, axis=1, keepdims=True)
        dX = self.weights.T @ dZ
        self.weights -= learning_rate*dW
        self.bias -= learning_rate*db
        return dX
""",
    Dense="5x7",
    Momentum="5x7",
    Huber="5x3 5x3",
    ELU="5x7",
    CrossEntropyWithSoftmax="+5x3 +5x3",
    Upd="7x5",
    Sequential="5x7",
)


right(
    "lists of gradients that objects share",
    '''
class Affine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = [np.zeros_like(W), np.zeros_like(b)]

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        self.grads[0][...] = self.x.T @ dout
        self.grads[1][...] = dout.sum(axis=0)
        return dout @ self.params[0].T


class Two:
    def __init__(self, input_size, hidden_size, output_size):
        self.layers = [
            Affine(np.random.randn(input_size, hidden_size), np.zeros(hidden_size)),
            Affine(np.random.randn(hidden_size, output_size), np.zeros(output_size)),
        ]
        self.params, self.grads = [], []
        for layer in self.layers:
            self.params += layer.params
            self.grads += layer.grads

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout
''',
    Affine="5x7", Two="5x7",
)  # fmt: skip


right(
    "compute and gradient, whose one argument is the upstream gradient",
    """
class Exp:
    def compute(self, a):
        self.out = np.exp(a)
        return self.out

    def gradient(self, out_grad):
        return out_grad * self.out
""",
    Exp="5x7",
)


# What is wrong, where: right code of the sources above, one line of it changed
WRONG = {
    "Layer_Dense": (NNFS, "np.dot(self.inputs.T, dvalues)", "np.dot(self.inputs.T, dvalues) / 5", "5x7"),
    "Activation_ReLU": (NNFS, "self.dinputs[self.inputs <= 0] = 0", "self.dinputs[self.inputs <= 1] = 0", "5x7"),
    "Activation_Softmax": (NNFS, "np.dot(single_output, single_output.T)", "0", "5x3"),
    "Loss_CategoricalCrossentropy": (NNFS, "-y_true / dvalues", "y_true / dvalues", "+5x3 label"),
    "Activation_Softmax_Loss_CategoricalCrossentropy": (NNFS, "y_true] -= 1", "y_true] += 1", "5x3 label"),
    "Affine": (DLFS_LAYERS, "np.sum(dout, axis=0)", "np.mean(dout, axis=0)", "5x7"),
    "Sigmoid": (DLFS_LAYERS, "dout * (1.0 - self.out) * self.out", "(1.0 - self.out) * self.out", "5x7"),
    "SoftmaxWithLoss": (DLFS_LAYERS, "dx = dx / batch_size", "pass", "5x3 label"),
    "Network": (NIELSEN, "np.dot(self.weights[-l+1].transpose(), delta) * sp", "np.dot(self.weights[-l+1].transpose(), delta)", "net"),
    "FCLayer": (SOURCES["layers with a learning rate in backward"][0], "learning_rate * weights_error", "2 * learning_rate * weights_error", "5x7"),
    "Updated": (SOURCES["learning rate of the object, of the module, and a number"][0], "self.b -= lr", "self.b += lr", "5x7"),
    "Linear": (SOURCES["composed layers, and weights in objects of their own"][0], "self.B.grad += np", "self.B.grad += 3 * np", "5x7"),
    "Neural_Network": (SOURCES["a network that is updated with plus"][0], "self.W1 += X", "self.W1 -= X", "net"),
    "TwoLayerNet": (SOURCES["cs231n two layer net"][0], "dhidden[hidden <= 0] = 0", "pass", "net"),
    "LogisticRegression": (SOURCES["regressions"][0], "db = np.mean(p - y)", "db = np.sum(p - y)", "net"),
    "MSE": (SOURCES["homework: fprop and bprop, loss objects"][0], "return 2 * (y_pred - y_true)", "return 2 * (y_true - y_pred)", "5x3 5x3"),
    "Exp": (SOURCES["compute and gradient, whose one argument is the upstream gradient"][0], "out_grad * self.out", "self.out", "5x7"),
}  # fmt: skip
