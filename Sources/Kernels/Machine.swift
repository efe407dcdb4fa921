internal import TensorBase

/// What the instruction set that this module is compiled for has to offer. `Package.swift` gives the conditions.
/// CONTRIBUTING.md says what a new form needs.
enum Machine {
    #if AVX512VNNI
        static var form: KernelForm { .avx512vnni }
    #elseif AVXVNNI
        static var form: KernelForm { .avxvnni }
    #elseif AVX2
        static var form: KernelForm { .avx2 }
    #elseif I8MM
        static var form: KernelForm { .i8mm }
    #elseif DOTPROD
        static var form: KernelForm { .dotprod }
    #elseif arch(arm64)
        static var form: KernelForm { .neon }
    #else
        static var form: KernelForm { .baseline }
    #endif

    /// Whether there is an instruction for `sum + a * b`, rounded once.
    static var hasFusedMultiplyAdd: Bool {
        @inline(__always) get {
            #if AVX2 || arch(arm64)
                true
            #else
                false
            #endif
        }
    }

    /// Whether there are instructions that convert half-precision floats.
    static var hasHalfConversion: Bool {
        @inline(__always) get {
            #if AVX2 || arch(arm64)
                true
            #else
                false
            #endif
        }
    }

    /// Whether there are 32 registers of 64 bytes. All others have 16 of 32 or 16 bytes, or 32 of 16.
    static var hasWideRegisters: Bool {
        @inline(__always) get {
            #if AVX512VNNI
                true
            #else
                false
            #endif
        }
    }
}
