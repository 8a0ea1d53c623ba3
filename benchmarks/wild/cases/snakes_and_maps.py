import numpy as np

batch_size = 3
im_size = 6
learning_rate = 0.05


def convnet(w, image):
    """Energy map of an image (H, W, C)"""
    return np.tanh(image @ w["d1"]) @ w["d2"]


def snake_energy(energy, snake):
    return energy[snake[:, 0], snake[:, 1]].sum()


def structured_loss(w, images, snakes, truths):
    """Mean over the batch: energy along the truth less that along the found snake"""
    total = 0.0
    for image, snake, truth in zip(images, snakes, truths):
        energy = convnet(w, image)
        total += snake_energy(energy, truth) - snake_energy(energy, snake)
    return total / len(images)


def epoch_gradients(w, images, snakes, truths):
    for j in range(len(images)):
        h = np.tanh(images[j] @ w["d1"])

        # gradient by the map
        grads_energy = np.zeros(h.shape[:2])
        np.add.at(grads_energy, (truths[j][:, 0], truths[j][:, 1]), 1.0)
        np.add.at(grads_energy, (snakes[j][:, 0], snakes[j][:, 1]), -1.0)
        grads_energy /= len(images)

        gradients = {"d1": np.zeros_like(w["d1"]), "d2": np.zeros_like(w["d2"])}
        gradients["d2"] += np.einsum("hwk,hw->k", h, grads_energy)
        dh = grads_energy[:, :, None] * w["d2"] * (1 - h**2)
        gradients["d1"] += np.einsum("hwc,hwk->ck", images[j], dh)
    return gradients


def make_batch(rng):
    images = rng.normal(size=(batch_size, im_size, im_size, 2))
    truths = rng.integers(im_size, size=(batch_size, 5, 2))
    snakes = rng.integers(im_size, size=(batch_size, 5, 2))
    return images, snakes, truths


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    w = {"d1": 0.3 * rng.normal(size=(2, 4)), "d2": 0.3 * rng.normal(size=4)}
    for i in range(10):
        batch = make_batch(rng)
        gradients = epoch_gradients(w, *batch)
        for key in w:
            w[key] -= learning_rate * gradients[key]
        print(i, structured_loss(w, *batch))
