// Buffers, tasks and errors are part of what `Tensor` offers; only the kernels import them from where they are
// declared.
@_exported public import TensorBase
