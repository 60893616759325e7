"""Models for the serving tests, each with a frame of rows that fit it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature

COLUMNS = ["alpha", "beta", "gamma", "delta", "count"]


def frame(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.normal(size=(rows, 4)), columns=COLUMNS[:4])
    data["count"] = rng.integers(0, 20, rows)
    return data


X = frame()
BINARY = (X.alpha + X.beta > 0).astype(int)
CLASSES = np.digitize(X.alpha, [-0.5, 0.5])
TARGET = X.alpha * 2 + X["count"] * 0.1


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        if (model_input["alpha"] > 100).any():
            raise ValueError("alpha is beyond what this model has seen")
        return pd.DataFrame({"twice": model_input["alpha"] * 2, "label": ["x"] * len(model_input)})


# Given, so that MLflow does not load every model in a process of its own to find them.
REQUIREMENTS = ["mlflow"]


def _save(flavor: Any, model: Any, path: str, signed: bool = True) -> None:
    output = model.predict(X) if not type(model).__module__.endswith(("core", "basic")) else np.zeros(3)
    flavor.save_model(model, path, signature=infer_signature(X, output) if signed else None, pip_requirements=REQUIREMENTS)


def _xgb(kind: str, labels: Any, signed: bool = True, **options: Any) -> Callable[[str], None]:
    def save(path: str) -> None:
        import xgboost

        model = getattr(xgboost, kind)(n_estimators=12, max_depth=3, n_jobs=1, **options)
        if "early_stopping_rounds" in options:
            model.fit(X, labels, eval_set=[(frame(100, 5), np.asarray(labels)[:100])], verbose=False)
        else:
            model.fit(X, labels)
        _save(mlflow.xgboost, model, path, signed)

    return save


def _xgb_booster(objective: str, labels: Any, **options: Any) -> Callable[[str], None]:
    def save(path: str) -> None:
        import xgboost

        model = xgboost.train({"objective": objective, "nthread": 1, **options}, xgboost.DMatrix(X, labels), 12)
        _save(mlflow.xgboost, model, path)

    return save


def _lgb(kind: str, labels: Any, signed: bool = True) -> Callable[[str], None]:
    def save(path: str) -> None:
        import lightgbm

        _save(mlflow.lightgbm, getattr(lightgbm, kind)(n_estimators=12, n_jobs=1, verbose=-1).fit(X, labels), path, signed)

    return save


def _lgb_booster(objective: str, labels: Any, **options: Any) -> Callable[[str], None]:
    def save(path: str) -> None:
        import lightgbm

        _save(mlflow.lightgbm, lightgbm.train({"objective": objective, "verbose": -1, **options}, lightgbm.Dataset(X, labels), 12), path)

    return save


def _sklearn(path: str) -> None:
    from sklearn.linear_model import LogisticRegression

    _save(mlflow.sklearn, LogisticRegression().fit(X, BINARY), path)


def _pyfunc(path: str) -> None:
    import sys

    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # A worker does not have this file.
    signature = infer_signature(X, pd.DataFrame({"twice": [1.0], "label": ["x"]}))
    mlflow.pyfunc.save_model(path, python_model=Doubler(), signature=signature, pip_requirements=REQUIREMENTS)


#: name → (saves the model, whether it is served natively)
MODELS: dict[str, tuple[Callable[[str], None], bool]] = {
    "xgb_binary": (_xgb("XGBClassifier", BINARY), True),
    "xgb_multi": (_xgb("XGBClassifier", CLASSES), True),
    "xgb_regressor": (_xgb("XGBRegressor", TARGET), True),
    "xgb_early": (_xgb("XGBRegressor", TARGET, early_stopping_rounds=2), True),
    "xgb_unsigned": (_xgb("XGBClassifier", BINARY, signed=False), True),
    "xgb_booster": (_xgb_booster("binary:logistic", BINARY), True),
    "xgb_booster_multi": (_xgb_booster("multi:softprob", CLASSES, num_class=3), True),
    "xgb_linear": (_xgb("XGBRegressor", TARGET, booster="gblinear"), False),
    "lgb_binary": (_lgb("LGBMClassifier", BINARY), True),
    "lgb_text_labels": (_lgb("LGBMClassifier", np.array(["low", "mid", "high"])[CLASSES]), True),
    "lgb_regressor": (_lgb("LGBMRegressor", TARGET), True),
    "lgb_booster": (_lgb_booster("binary", BINARY), True),
    "lgb_booster_multi": (_lgb_booster("multiclass", CLASSES, num_class=3), True),
    "sklearn": (_sklearn, False),
    "pyfunc": (_pyfunc, False),
}
