"""Trains a network on scikit-learn's handwritten digits (1,797 real images) and keeps its accuracy on held-out ones."""

import argparse
import json
import time
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

arguments = argparse.ArgumentParser()
arguments.add_argument("--hidden", type=int, default=64)
arguments.add_argument("--epochs", type=int, default=30)
arguments.add_argument("--seed", type=int, default=7)
given = arguments.parse_args()

images, labels = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(
    images, labels, test_size=0.25, random_state=given.seed, stratify=labels
)
scaler = StandardScaler().fit(train_x)
train_x, test_x = scaler.transform(train_x), scaler.transform(test_x)

network = MLPClassifier(hidden_layer_sizes=(given.hidden,), random_state=given.seed, batch_size=64)
started = time.monotonic()
for epoch in range(1, given.epochs + 1):
    network.partial_fit(train_x, train_y, classes=range(10))
    if epoch % 5 == 0 or epoch == given.epochs:
        held_out = accuracy_score(test_y, network.predict(test_x))
        print(f"epoch {epoch:3d}  loss {network.loss_:.4f}  held-out accuracy {held_out:.4f}", flush=True)

found = network.predict(test_x)
result = {
    "hidden": given.hidden,
    "epochs": given.epochs,
    "seed": given.seed,
    "trained_on": len(train_x),
    "held_out": len(test_x),
    "accuracy": round(float(accuracy_score(test_y, found)), 4),
    "seconds": round(time.monotonic() - started, 3),
    "confusion": confusion_matrix(test_y, found).tolist(),
}
Path("accuracy.json").write_text(json.dumps(result, indent=1))
print(f"accuracy {result['accuracy']} on {result['held_out']} held-out images, kept in accuracy.json")
