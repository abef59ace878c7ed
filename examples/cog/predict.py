import os

import numpy
from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def setup(self):
        self.greeting = os.environ["GREETING"]

    def predict(self, name: str, numbers: int = Input(default=4)) -> str:
        return f"{self.greeting} {name}: {numpy.arange(numbers).sum()}"
