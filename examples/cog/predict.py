import os

import humanize
from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def setup(self):
        self.greeting = os.environ["GREETING"]

    def predict(self, name: str, number: int = Input(default=1234567)) -> str:
        return f"{self.greeting} {name}: {humanize.intcomma(number)}"
