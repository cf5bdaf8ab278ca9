"""Make lessons/assignlab/from_pytorch.npz, lesson 12's arrays: real layers of PyTorch, their inputs and their outputs.

PyTorch is not among the course's requirements. With it in an environment of its own (the file was made with 2.13.0):

    pip install torch numpy
    python book/workshop/from_pytorch.py
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

FILE = Path(__file__).parents[2] / "lessons" / "assignlab" / "from_pytorch.npz"
KINDS = 4  # of lines: lying, standing, rising, falling


def pictures(count, rng):
    """(pictures, kinds): noisy lines in 8 by 8 pixels of two channels, the line in one, its negative in the other."""
    kinds = np.arange(count) % KINDS
    found = rng.normal(0, 0.3, (count, 2, 8, 8)).astype("float32")
    for picture, kind in zip(found, kinds, strict=True):
        across, along = rng.integers(1, 7), np.arange(8)
        rows, columns = ((np.full(8, across), along), (along, np.full(8, across)), (7 - along, along), (along, along))[
            kind
        ]
        picture[0, rows, columns] += 1
        picture[1, rows, columns] -= 1
    return found, kinds


def trained():
    """A small convolutional model that tells the kinds apart."""
    rng = np.random.default_rng(12)
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 6 * 6, KINDS))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        seen, kinds = map(torch.from_numpy, pictures(64, rng))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(seen), kinds).backward()
        optimizer.step()
    return model


def arrays_of(name, module):
    """{name of the array: array} of all that a module has learned."""
    return {f"{name}.{key}": value.numpy() for key, value in module.state_dict().items()}


def made():
    """All arrays of the file."""
    torch.manual_seed(12)
    model, lstm, gru = trained(), nn.LSTM(3, 2, batch_first=True), nn.GRU(3, 2, batch_first=True)
    seen, kinds = pictures(20, np.random.default_rng(13))
    words = np.random.default_rng(14).normal(0, 1, (4, 5, 3)).astype("float32")
    with torch.no_grad():
        outputs = {
            "pictures": seen,
            "kinds": kinds,
            "net.outputs": model(torch.from_numpy(seen)).numpy(),
            "words": words,
            "lstm.outputs": lstm(torch.from_numpy(words))[0].numpy(),
            "gru.outputs": gru(torch.from_numpy(words))[0].numpy(),
        }
    return arrays_of("net", model) | arrays_of("lstm", lstm) | arrays_of("gru", gru) | outputs


if __name__ == "__main__":
    np.savez_compressed(FILE, **made())
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
    for name, array in np.load(FILE).items():
        print(name, array.dtype, array.shape)
