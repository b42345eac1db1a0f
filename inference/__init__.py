"""The reading engine: finds the vehicle identification number in a photo and reads it.

Plain Python on numpy, OpenCV and ONNX Runtime; it knows no web framework and no training code.
"""
