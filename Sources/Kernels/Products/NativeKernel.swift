/// The integer kernels of the instruction set that this module is compiled for.
extension Machine {
    #if AVX512VNNI
        typealias Kernel = VNNIKernel
    #elseif AVXVNNI
        typealias Kernel = AVXVNNIKernel
    #elseif AVX2
        typealias Kernel = AVX2Kernel
    #elseif I8MM
        typealias Kernel = MatrixProductKernel
    #elseif DOTPROD
        typealias Kernel = DotProductKernel
    #elseif arch(arm64)
        typealias Kernel = NEONKernel
    #elseif arch(x86_64)
        typealias Kernel = SSE2Kernel
    #else
        typealias Kernel = PortableKernel
    #endif

    /// The kernel for one row of activations and formats with `codeBytes`.
    #if AVX512VNNI
        typealias SingleKernel = VNNISingleKernel
    #elseif AVX2
        typealias SingleKernel = AVX2SingleKernel
    #else
        typealias SingleKernel = Kernel
    #endif

    /// The same for rows so long that two panels of `SingleKernel` are more than the first-level cache holds.
    #if AVX512VNNI
        typealias LongRowKernel = VNNIPairKernel
    #else
        typealias LongRowKernel = SingleKernel
    #endif
}
