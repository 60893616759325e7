"""The three kinds of model and their inputs, used to train and to reproduce."""

FEATURE_COLUMNS = [
    "orders", "amount", "items", "mean_amount", "largest_amount", "recency_days", "tenure_days", "channels", "coupons",
    *(f"{name}_{days}d" for days in (7, 30, 90, 180) for name in ("orders", "active_days", "amount", "items", "largest")),
    "days_per_order", "amount_trend", "order_trend", "tier_rank",
]  # fmt: skip
# Labels of later months test what earlier months taught.
FIRST_TEST_MONTH = "1998-01-31"
# The same seeds and one thread: the same data gives the same model.
PARAMETERS = {
    "logistic": {"C": 0.5, "max_iter": 500},
    "xgboost": {"n_estimators": 120, "max_depth": 4, "learning_rate": 0.08, "subsample": 0.8, "random_state": 7, "n_jobs": 1},
    "lightgbm": {"n_estimators": 120, "num_leaves": 15, "learning_rate": 0.08, "random_state": 7, "n_jobs": 1, "deterministic": True, "verbose": -1},
}


def flavor(kind: str):
    """MLflow's module for a kind of model."""
    import mlflow

    return {"logistic": mlflow.sklearn, "xgboost": mlflow.xgboost, "lightgbm": mlflow.lightgbm}[kind]


def new_model(kind: str):
    from lightgbm import LGBMClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from xgboost import XGBClassifier

    if kind == "logistic":
        return make_pipeline(StandardScaler(), LogisticRegression(**PARAMETERS[kind]))
    return {"xgboost": XGBClassifier, "lightgbm": LGBMClassifier}[kind](**PARAMETERS[kind])


def split(frame):
    """(train inputs, train labels, test inputs, test labels) of a training set as a pandas frame, in a fixed order."""
    import pandas

    frame = frame.sort_values(["label_month", "customer_id"], ignore_index=True)
    inputs = frame[FEATURE_COLUMNS].astype("float64")
    later = pandas.to_datetime(frame["label_month"]) >= FIRST_TEST_MONTH
    return inputs[~later], frame["churned"][~later], inputs[later], frame["churned"][later]
