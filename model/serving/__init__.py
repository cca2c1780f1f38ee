"""Serving of a finished run: ONNX inference, recommendations, batch scoring and export."""
