"""The feature engineering client under the names its users import."""

from headrace.features.client import FeatureEngineeringClient
from headrace.features.entities import FeatureLookup, FeatureTable
from headrace.features.training_set import TrainingSet

__all__ = ["FeatureEngineeringClient", "FeatureLookup", "FeatureTable", "TrainingSet"]
