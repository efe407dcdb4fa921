// Buffers, tasks and errors are part of the interface of `Tensor`; only the kernels import the module that declares
// them.
@_exported public import TensorBase
