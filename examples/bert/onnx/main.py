"""A BERT classifier: onnxruntime in place of torch, tokenizers in place of transformers."""

import json
import os
from pathlib import Path

import numpy
import onnxruntime
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer

# Has config.json, tokenizer.json and model.onnx, as exporters of transformers write them.
MODEL = Path(os.environ.get("MODEL", "/app/model"))
# Positions that BERT knows.
LONGEST = 512

if not (MODEL / "model.onnx").exists():
    raise SystemExit(f"{MODEL} has no model.onnx: mount a model there, or name its folder in MODEL")

app = FastAPI(title="bert")
session = onnxruntime.InferenceSession(MODEL / "model.onnx")
tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
tokenizer.enable_truncation(LONGEST)
labels = json.loads((MODEL / "config.json").read_text())["id2label"]


class Text(BaseModel):
    text: str


@app.post("/classify")
def classify(body: Text) -> dict[str, object]:
    encoded = tokenizer.encode(body.text)
    known = {
        "input_ids": encoded.ids,
        "attention_mask": encoded.attention_mask,
        "token_type_ids": encoded.type_ids,
    }
    # DistilBERT has no token_type_ids.
    feed = {each.name: numpy.array([known[each.name]], dtype=numpy.int64) for each in session.get_inputs()}
    logits = session.run(None, feed)[0][0]
    odds = numpy.exp(logits - logits.max())
    best = int(odds.argmax())
    return {"label": labels[str(best)], "score": float(odds[best] / odds.sum())}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
