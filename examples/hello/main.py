"""A small service: says hello, and does a little numpy so that a compiled wheel is in use."""

import os

import numpy
import uvicorn
from fastapi import FastAPI

app = FastAPI(title="hello")


@app.get("/")
def hello(name: str = "world") -> dict[str, object]:
    return {"hello": name, "mean": float(numpy.arange(10).mean()), "uid": os.getuid()}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
