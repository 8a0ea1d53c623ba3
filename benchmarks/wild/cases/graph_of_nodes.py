class Node:
    def __init__(self, value, parents=(), backprop=None):
        self.value = value
        self.parents = parents
        self.backprop = backprop
        self.gradient = 0.0


def add(a, b):
    def backprop(node):
        a.gradient += node.gradient
        b.gradient += node.gradient

    return Node(a.value + b.value, (a, b), backprop)


def multiply(a, b):
    def backprop(node):
        a.gradient += node.gradient * b.value
        b.gradient += node.gradient * a.value

    return Node(a.value * b.value, (a, b), backprop)


def screlu(a):
    """Squared clipped ReLU."""
    clipped = min(max(a.value, 0.0), 1.0)

    def backprop(node):
        a.gradient = node.gradient * 2 * clipped if 0 < a.value < 1 else 0.0

    return Node(clipped**2, (a,), backprop)


def scale(a, by):
    def backprop(node):
        a.gradient = node.gradient * by

    return Node(a.value * by, (a,), backprop)


def order(node, done):
    for parent in node.parents:
        if parent not in done:
            order(parent, done)
    done.append(node)
    return done


def backward(loss):
    nodes = order(loss, [])
    for node in nodes:
        node.gradient = 0.0
    loss.gradient = 1.0
    for node in reversed(nodes):
        if node.backprop:
            node.backprop(node)


if __name__ == "__main__":
    x, w = Node(0.3), Node(0.8)
    hidden = multiply(x, w)
    backward(add(screlu(hidden), scale(hidden, 0.5)))
    print(x.gradient, w.gradient)
