from headrace.features.client import FeatureEngineeringClient

__all__ = ["FeatureEngineeringClient"]
