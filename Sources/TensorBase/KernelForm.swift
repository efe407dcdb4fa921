package import Platform

/// An instruction set that kernels are compiled for, from the plainest of an architecture to the best.
package enum KernelForm: String, CaseIterable, Sendable {
    /// What every processor of the architecture has; SSE2 on x86-64.
    case baseline
    /// AVX2, FMA and F16C.
    case avx2
    /// AVX2 and the 256-bit products of AVX-VNNI: most client processors since 2021.
    case avxvnni
    /// AVX-512 with VNNI.
    case avx512vnni
    /// The baseline of arm64.
    case neon
    /// arm64 with dot product instructions.
    case dotprod
    /// arm64 with 8-bit matrix products.
    case i8mm

    /// Whether `processor` can run it.
    package func runs(on processor: Processor) -> Bool {
        switch self {
        case .baseline, .neon: true
        case .avx2: processor.has(.avx2, .fma, .f16c)
        case .avxvnni: processor.has(.avx2, .fma, .f16c, .avxVNNI)
        case .avx512vnni: processor.has(.avx2, .fma, .f16c, .avx512, .avx512VNNI)
        case .dotprod: processor.has(.dotProduct)
        case .i8mm: processor.has(.dotProduct, .int8MatrixProduct)
        }
    }
}
