from headrace.features.training_set import TrainingSet

__all__ = ["TrainingSet"]
