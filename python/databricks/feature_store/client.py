from headrace.features.client import FeatureStoreClient

__all__ = ["FeatureStoreClient"]
