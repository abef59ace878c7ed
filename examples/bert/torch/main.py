"""A BERT classifier with torch and transformers, as in the article on bloated images."""

import os

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline

# A folder, or a name that is downloaded into HF_HOME.
MODEL = os.environ.get("MODEL", "distilbert-base-uncased-finetuned-sst-2-english")

app = FastAPI(title="bert")
classifier = pipeline("sentiment-analysis", model=MODEL)


class Text(BaseModel):
    text: str


@app.post("/classify")
def classify(body: Text) -> dict[str, object]:
    return classifier(body.text, truncation=True)[0]


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
