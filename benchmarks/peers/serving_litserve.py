"""The same model as a service of LitServe, with its batching: an uploaded file, PyTorch.

python benchmarks/peers/serving_litserve.py WEIGHTS.npz PORT
"""

import io
import sys

import litserve
import numpy as np
import torch
from PIL import Image
from torch import nn


class Letters(litserve.LitAPI):
    def setup(self, device):
        torch.set_num_threads(1)
        weights = np.load(sys.argv[1])
        self.model = nn.Sequential(nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 26))
        for layer, name in ((self.model[0], "1"), (self.model[2], "2")):
            layer.weight.data = torch.from_numpy(weights[f"weight{name}"])
            layer.bias.data = torch.from_numpy(weights[f"bias{name}"])

    def decode_request(self, request):
        image = Image.open(io.BytesIO(request["file"].file.read())).convert("L")
        image = image.resize((32, 32), Image.Resampling.BILINEAR)
        return torch.from_numpy(np.asarray(image, dtype=np.float32)).reshape(-1) / 127.5 - 1

    def batch(self, inputs):
        return torch.stack(inputs)

    def predict(self, x):
        with torch.inference_mode():
            return torch.softmax(self.model(x), dim=1)

    def unbatch(self, output):
        return list(output)

    def encode_response(self, output):
        best = int(output.argmax())
        return {"prediction": chr(65 + best), "probability": float(output[best])}


if __name__ == "__main__":
    api = Letters(max_batch_size=64, batch_timeout=0.001)
    server = litserve.LitServer(api, accelerator="cpu")
    server.run(port=int(sys.argv[2]), host="127.0.0.1", generate_client_file=False, log_level="warning")
