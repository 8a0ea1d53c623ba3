"""The same model as a service, as FastAPI's documentation shows it: an uploaded file, PyTorch, uvicorn.

python benchmarks/peers/serving_fastapi.py WEIGHTS.npz PORT
"""

import io
import sys

import numpy as np
import torch
import uvicorn
from fastapi import FastAPI, UploadFile
from PIL import Image
from torch import nn

torch.set_num_threads(1)
weights = np.load(sys.argv[1])
model = nn.Sequential(nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 26))
for layer, name in ((model[0], "1"), (model[2], "2")):
    layer.weight.data = torch.from_numpy(weights[f"weight{name}"])
    layer.bias.data = torch.from_numpy(weights[f"bias{name}"])
app = FastAPI()


@app.post("/predict")
async def predict(file: UploadFile) -> dict[str, str | float]:
    image = Image.open(io.BytesIO(await file.read())).convert("L").resize((32, 32), Image.Resampling.BILINEAR)
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32)).reshape(1, -1) / 127.5 - 1
    with torch.inference_mode():
        probabilities = torch.softmax(model(pixels), dim=1)[0]
    best = int(probabilities.argmax())
    return {"prediction": chr(65 + best), "probability": float(probabilities[best])}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
