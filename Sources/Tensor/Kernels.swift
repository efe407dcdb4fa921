import Foundation
private import KernelsBaseline
package import Platform
package import TensorBase

#if canImport(KernelsAVX2)
    private import KernelsAVX2
    private import KernelsAVX512
    private import KernelsAVXVNNI
#endif
#if canImport(KernelsDotProduct)
    private import KernelsDotProduct
    private import KernelsI8MM
#endif

/// The kernels of this program, one set per instruction set, and which of them is in use.
package enum Kernels {
    /// Every set that was compiled and the form that it has, the plainest first. Forms are stated here, because asking
    /// a set for its form would run code that this processor may lack instructions for.
    package static let compiled: [(form: KernelForm, kernels: any KernelSet.Type)] = {
        #if arch(arm64)
            var sets: [(form: KernelForm, kernels: any KernelSet.Type)] = [
                (.neon, KernelsBaseline.CompiledKernels.self)
            ]
        #else
            var sets: [(form: KernelForm, kernels: any KernelSet.Type)] = [
                (.baseline, KernelsBaseline.CompiledKernels.self)
            ]
        #endif
        #if canImport(KernelsAVX2)
            sets += [
                (.avx2, KernelsAVX2.CompiledKernels.self), (.avxvnni, KernelsAVXVNNI.CompiledKernels.self),
                (.avx512vnni, KernelsAVX512.CompiledKernels.self),
            ]
        #endif
        #if canImport(KernelsDotProduct)
            sets += [(.dotprod, KernelsDotProduct.CompiledKernels.self), (.i8mm, KernelsI8MM.CompiledKernels.self)]
        #endif
        return sets
    }()

    /// The sets that this processor can run, the plainest first.
    package static let available = compiled.filter { $0.form.runs(on: .current) }.map(\.kernels)

    /// The set in use: the one that the environment asks for with `GEMMA_CPU`, or else the best.
    package static let current: any KernelSet.Type =
        (try? choose(ProcessInfo.processInfo.environment["GEMMA_CPU"])) ?? available[available.count - 1]

    /// Checks that the environment asks for a set that exists and that this processor can run.
    /// - Throws: `KernelError`.
    package static func validateChoice() throws(KernelError) {
        _ = try choose(ProcessInfo.processInfo.environment["GEMMA_CPU"])
    }

    /// The set of the form named `name`; for nil or an empty name, the best.
    /// - Throws: `KernelError`.
    package static func choose(_ name: String?, processor: Processor = .current) throws(KernelError)
        -> any KernelSet.Type
    {
        let able = compiled.filter { $0.form.runs(on: processor) }
        guard let name, !name.isEmpty else { return able[able.count - 1].kernels }
        // On arm64 the baseline is NEON; either name is accepted.
        guard let set = compiled.first(where: { $0.form.rawValue == name || name == "baseline" }) else {
            throw .unknownForm(name, compiled: compiled.map(\.form.rawValue))
        }
        guard set.form.runs(on: processor) else {
            throw .unsupportedForm(name, available: able.map(\.form.rawValue))
        }
        return set.kernels
    }
}

/// Why kernels cannot be used.
public enum KernelError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownForm(String, compiled: [String])
    case unsupportedForm(String, available: [String])

    public var description: String {
        switch self {
        case .unknownForm(let name, let compiled):
            "GEMMA_CPU is \(name), which this program has no kernels for; choose \(compiled.joined(separator: ", "))"
        case .unsupportedForm(let name, let available):
            "GEMMA_CPU is \(name), which this processor cannot run; choose \(available.joined(separator: ", "))"
        }
    }
}
