from headrace.features.entities import FeatureTable

__all__ = ["FeatureTable"]
