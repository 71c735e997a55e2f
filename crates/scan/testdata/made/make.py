"""Writes the benign files in `made/`: python make.py, with numpy 2.4.6, joblib 1.6.0, scikit-learn, onnx, h5py, safetensors."""

import json
import pickle

import h5py
import joblib
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from sklearn.ensemble import RandomForestClassifier

values = np.arange(6, dtype=np.float32).reshape(2, 3)
objects = np.array([{"a": 1}, None], dtype=object)
record = np.zeros(2, dtype=[("a", "f4"), ("b", "i8")])
mixed = {"values": values, "objects": objects, "record": record, "texts": np.array(["x", "yy"]), "one": np.float64(1.5)}

for protocol in range(6):
    with open(f"numpy.protocol{protocol}.pkl", "wb") as file:
        pickle.dump(mixed, file, protocol=protocol)
joblib.dump(mixed, "mixed.joblib")
for kind in ("zlib", "gzip", "bz2", "xz", "lzma"):
    joblib.dump(mixed, f"mixed.{kind}.joblib", compress=(kind, 3))

features = np.random.default_rng(0).normal(size=(60, 3))
forest = RandomForestClassifier(2, max_depth=2, random_state=0).fit(features, features[:, 0] > 0)
joblib.dump(forest, "forest.joblib")

np.save("values.npy", values)
np.save("objects.npy", objects, allow_pickle=True)
np.savez_compressed("arrays.npz", values=values, objects=objects)
save_file({"a": values, "b": np.ones(5, dtype=np.int64)}, "weights.safetensors", metadata={"format": "pt"})

weight = numpy_helper.from_array(np.zeros((3, 3), dtype=np.float32), "w")
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3]) for name in ("x", "y")]
node = helper.make_node("MatMul", ["x", "w"], ["y"])
onnx.save(helper.make_model(helper.make_graph([node], "graph", ends[:1], ends[1:], [weight])), "matmul.onnx")

for name, layer in (("dense", "Dense"), ("lambda", "Lambda")):
    config = {"class_name": "Sequential", "config": {"layers": [{"class_name": layer, "config": {}}]}}
    with h5py.File(f"{name}.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(config)
