"""A finished run at work: ONNX inference, recommendations, batch scoring and export."""
