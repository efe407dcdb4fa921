import Foundation

#if arch(x86_64)
    import Builtin
    private import _Builtin_intrinsics.intel.cpuid
#endif

/// What this processor can do, and what the operating system lets programs use of it.
package struct Processor: Sendable {
    package enum Feature: CaseIterable, Sendable {
        case avx2, fma, f16c, avxVNNI
        /// F, BW, DQ, VL: what every server processor with AVX-512 has.
        case avx512
        case avx512VNNI
        case dotProduct, int8MatrixProduct
    }

    package let features: Set<Feature>

    package init(features: Set<Feature>) { self.features = features }

    package static let current = Processor(features: detect())

    package func has(_ required: Feature...) -> Bool { features.isSuperset(of: required) }
}

#if arch(x86_64)
    extension Processor {
        private static func detect() -> Set<Feature> {
            let (base, extended, more) = (CPUID(1), CPUID(7), CPUID(7, subleaf: 1))
            // XGETBV exists if the system has enabled XSAVE. It tells which registers survive a change of threads.
            let registers = base.ecx & 1 << 27 == 0 ? 0 : Int64(Builtin.int_x86_xgetbv(Int32(0)._value))
            let keepsAVX = registers & 0x06 == 0x06
            let keepsAVX512 = registers & 0xe6 == 0xe6
            var features: Set<Feature> = []
            func add(_ feature: Feature, _ isThere: Bool) { if isThere { features.insert(feature) } }
            add(.fma, keepsAVX && base.ecx & 1 << 12 != 0)
            add(.f16c, keepsAVX && base.ecx & 1 << 29 != 0)
            add(.avx2, keepsAVX && extended.ebx & 1 << 5 != 0)
            add(.avxVNNI, keepsAVX && more.eax & 1 << 4 != 0)
            let parts: UInt32 = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31  // F, DQ, BW, VL
            add(.avx512, keepsAVX512 && extended.ebx & parts == parts)
            add(.avx512VNNI, keepsAVX512 && extended.ecx & 1 << 11 != 0)
            return features
        }
    }

    /// What the instruction CPUID reports; zeros for a leaf that the processor does not have.
    private struct CPUID {
        var (eax, ebx, ecx, edx): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)

        init(_ leaf: UInt32, subleaf: UInt32 = 0) {
            // A missing subleaf reads as zeros, a missing leaf is refused.
            guard __get_cpuid_count(leaf, subleaf, &eax, &ebx, &ecx, &edx) != 0 else { return }
        }
    }
#elseif arch(arm64)
    extension Processor {
        private static func detect() -> Set<Feature> {
            let system = SystemReport()
            var features: Set<Feature> = []
            if system.hasDotProduct { features.insert(.dotProduct) }
            if system.hasInt8MatrixProduct { features.insert(.int8MatrixProduct) }
            return features
        }
    }

    /// What the operating system tells of the processor, which programs cannot ask themselves.
    private struct SystemReport {
        #if os(Linux)
            // The auxiliary vector: pairs of a number and a value (getauxval(3)). Bits are those of asm/hwcap.h.
            private static let first: UInt64 = 16  // AT_HWCAP
            private static let second: UInt64 = 26  // AT_HWCAP2
            private var values: [UInt64: UInt64] = [:]

            init() {
                // Without the file, only the baseline is used.
                let bytes = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/self/auxv"))) ?? Data()
                bytes.withUnsafeBytes { bytes in
                    for at in stride(from: 0, to: bytes.count - 15, by: 16) {
                        let key = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                        values[key] = bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
                    }
                }
            }

            var hasDotProduct: Bool { (values[Self.first] ?? 0) & 1 << 20 != 0 }
            var hasInt8MatrixProduct: Bool { (values[Self.second] ?? 0) & 1 << 13 != 0 }
        #else
            var hasDotProduct: Bool { has("FEAT_DotProd") }
            var hasInt8MatrixProduct: Bool { has("FEAT_I8MM") }

            private func has(_ name: String) -> Bool {
                var (value, size): (Int32, Int) = (0, MemoryLayout<Int32>.size)
                return sysctlbyname("hw.optional.arm." + name, &value, &size, nil, 0) == 0 && value != 0
            }
        #endif
    }
#else
    extension Processor {
        private static func detect() -> Set<Feature> { [] }
    }
#endif
