package import GGUF
package import TensorBase

/// The formats that kernels read.
package enum ElementFormats {
    /// Their types, in the order of ggml's numbers.
    package static let all = TensorType.known.values.filter { traits(of: $0) != nil }.sorted { $0.id < $1.id }

    /// Those that files can be written in.
    package static let encodable = all.filter { traits(of: $0)?.isEncodable == true }

    /// Nil for a type that kernels do not read. All forms read the same formats.
    package static func traits(of type: TensorType) -> FormatTraits? { Kernels.compiled[0].kernels.traits(of: type.id) }
}
