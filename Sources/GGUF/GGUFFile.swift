import Foundation
package import Platform

/// A GGUF file (version 2 or 3), mapped into memory. Tensors are not copied.
///
/// The first file of a split model (`NAME-00001-of-00003.gguf`) gives access to all of them. Everything is checked when
/// the file is opened; after that, every tensor is known to be inside a mapped file.
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public final class GGUFFile: Sendable {
    /// The version of the format, 2 or 3.
    public let version: UInt32
    /// The metadata; of a split model, that of the first part.
    public let metadata: GGUFMetadata
    /// Tensors in the order of the file; those of a split model part by part.
    public let tensors: [TensorInfo]
    /// Offsets of tensors are multiples of this.
    public let alignment: Int
    /// The mapped files: one, or the parts of a split model. Empty if the bytes were already in memory.
    package let urls: [URL]

    private let indices: [ByteKey: Int]
    private let parts: [GGUFPart]

    /// Maps the file at `url`, and all others if it is the first part of a split model.
    public convenience init(contentsOf url: URL) throws(GGUFError) {
        let first = try GGUFPart(contentsOf: url, index: 0)
        guard let split = try SplitModel(first.metadata, url) else {
            try self.init([first], urls: [url])
            return
        }
        let parts = try split.parts(first)
        try self.init(parts, urls: split.urls)
        try split.check(tensorCount: tensors.count, first.metadata)
    }

    /// Reads a file whose bytes are already in memory.
    package convenience init(_ region: ByteRegion) throws(GGUFError) {
        try self.init([GGUFPart(region, index: 0)], urls: [])
    }

    private init(_ parts: [GGUFPart], urls: [URL]) throws(GGUFError) {
        (version, metadata, alignment) = (parts[0].version, parts[0].metadata, parts[0].alignment)
        tensors = parts.count == 1 ? parts[0].tensors : parts.flatMap(\.tensors)
        var indices: [ByteKey: Int] = [:]
        indices.reserveCapacity(tensors.count)
        for (index, tensor) in tensors.enumerated() {
            guard let other = indices.updateValue(index, forKey: ByteKey(tensor.name)) else { continue }
            guard tensor.part != tensors[other].part else { throw .duplicateTensor(tensor.name) }
            let names = [tensors[other], tensor].map { urls[$0.part].lastPathComponent }
            throw .tensorInTwoParts(tensor.name, names[0], names[1])
        }
        self.indices = indices
        self.parts = parts
        self.urls = urls
    }

    /// The tensor of that name, if there is one.
    public func tensor(_ name: String) -> TensorInfo? { indices[ByteKey(name)].map { tensors[$0] } }

    /// The bytes of a tensor of this file, valid while the returned region lives.
    package func data(of tensor: TensorInfo) -> ByteRegion { parts[tensor.part].data(of: tensor) }
}
