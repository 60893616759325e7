"""The feature store client under the names its users import."""

from headrace.features.client import FeatureStoreClient
from headrace.features.entities import FeatureLookup, FeatureTable
from headrace.features.training_set import TrainingSet

__all__ = ["FeatureLookup", "FeatureStoreClient", "FeatureTable", "TrainingSet"]
