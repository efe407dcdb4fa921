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
        #error("there is no integer kernel for this architecture")
    #endif
}
