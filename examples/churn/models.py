"""The three kinds of model and their inputs, used to train and to reproduce."""

import os

FEATURE_COLUMNS = [
    "orders", "amount", "items", "mean_amount", "largest_amount", "recency_days", "tenure_days", "channels", "coupons",
    *(f"{name}_{days}d" for days in (7, 30, 90, 180) for name in ("orders", "active_days", "amount", "items", "largest")),
    "days_per_order", "amount_trend", "order_trend", "tier_rank",
]  # fmt: skip
LABEL = "churned"
# Labels of later months test what earlier months taught.
FIRST_TEST_MONTH = "1998-01-31"
# The same seeds and one thread: the same data gives the same model.
PARAMETERS = {
    "logistic": {"C": 0.5, "max_iter": 500},
    "xgboost": {"objective": "binary:logistic", "max_depth": 5, "eta": 0.08, "subsample": 0.8, "seed": 7, "nthread": 1},
    "lightgbm": {
        "objective": "binary",
        "num_leaves": 31,
        "learning_rate": 0.06,
        "seed": 7,
        "num_threads": 1,
        "deterministic": True,
        "verbose": -1,
    },
}
TREES = int(os.environ.get("CHURN_TREES", "150"))


def in_order(frame):
    """A training set as (inputs, labels) in an order that does not depend on how the rows came."""
    frame = frame.sort_values([*FEATURE_COLUMNS, LABEL], ignore_index=True)
    return frame[FEATURE_COLUMNS].astype("float64"), frame[LABEL].astype("int64")


def fit(kind: str, inputs, labels, trees: int):
    """A model trained with the kind's parameters, of so many trees where it has trees."""
    parameters = PARAMETERS[kind]
    if kind == "xgboost":
        import xgboost

        return xgboost.train(parameters, xgboost.DMatrix(inputs, labels), num_boost_round=trees)
    if kind == "lightgbm":
        import lightgbm

        return lightgbm.train(parameters, lightgbm.Dataset(inputs, labels), num_boost_round=trees)
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(**parameters)).fit(inputs, labels)


def probabilities(kind: str, model, inputs):
    """How likely each row's customer stays away."""
    if kind == "xgboost":
        import xgboost

        return model.predict(xgboost.DMatrix(inputs))
    return model.predict(inputs) if kind == "lightgbm" else model.predict_proba(inputs)[:, 1]


def flavor(kind: str):
    """MLflow's module for the kind."""
    import mlflow

    return {"logistic": mlflow.sklearn, "xgboost": mlflow.xgboost, "lightgbm": mlflow.lightgbm}[kind]
