import Foundation
import GGUF
import Gemma
import ImportanceMatrix
import Platform
import Quantization
import Testing

let fixtures = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

/// A folder that is deleted with the last reference.
final class Folder {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString, isDirectory: true)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }
}

/// A file with the keys that a plan reads, and tensors of zeros.
func modelWriter(architecture: String = "gemma4", layers: UInt32 = 1) throws -> GGUFWriter {
    var writer = GGUFWriter()
    try writer.metadata.add("general.architecture", .string(architecture))
    try writer.metadata.add("\(architecture).block_count", .uint32(layers))
    return writer
}

extension GGUFWriter {
    mutating func add(_ name: String, _ dimensions: [Int] = [256, 2], _ type: TensorType = .f16) throws {
        let count = type.byteCount(of: dimensions[0]) * dimensions.dropFirst().reduce(1, *)
        try add(tensor: name, dimensions: dimensions, type: type, bytes: Array(repeating: 0, count: count))
    }

    var file: GGUFFile { get throws { try GGUFFile(ByteRegion(bytes())) } }
}

extension QuantizationPlan {
    /// The names of the new types by tensor.
    var types: [String: String] {
        Dictionary(uniqueKeysWithValues: entries.map { ($0.tensor.name, $0.type.name) })
    }
}

extension GGUFFile {
    func bytes(_ name: String) -> [UInt8]? {
        guard let tensor = tensor(name) else { return nil }
        let region = data(of: tensor)
        return withExtendedLifetime(region) { Array(region.bytes) }
    }
}

/// The bundled model, however few bits it has, begins the same story.
func expectStory(_ model: URL) async throws {
    let session = try GemmaModel(contentsOf: model).makeSession(contextLength: 64)
    let options = GenerationOptions(temperature: 0, maximumResponseTokens: 8)
    var text = ""
    for try await piece in session.streamResponse(to: "Once upon a time", options: options) { text += piece }
    #expect(text.contains("there"), "\(text)")
}

// MARK: - Importance matrices

/// A matrix with these sums and counts.
func importance(_ entries: [String: (sums: [Float], counts: [Float])]) throws -> Importance {
    var writer = GGUFWriter()
    writer.metadata.set("general.type", .string("imatrix"))
    writer.metadata.set("imatrix.chunk_count", .uint32(1))
    writer.metadata.set("imatrix.chunk_size", .uint32(512))
    for (name, entry) in entries {
        let slices = entry.counts.count
        try writer.add(
            tensor: name + ".in_sum2", dimensions: [entry.sums.count / slices, slices], type: .f32,
            bytes: entry.sums.withUnsafeBytes(Array.init))
        try writer.add(
            tensor: name + ".counts", dimensions: [1, slices], type: .f32,
            bytes: entry.counts.withUnsafeBytes(Array.init))
    }
    return Importance(try ImportanceMatrix(ByteRegion(writer.bytes())), name: "imatrix.gguf")
}

/// A matrix in which all columns of a model count alike.
func importance(for file: GGUFFile) throws -> Importance {
    try importance(
        Dictionary(
            uniqueKeysWithValues: file.tensors.map { tensor in
                let slices = tensor.dimensions.dropFirst(2).reduce(1, *)
                let sums = [Float](repeating: 1, count: tensor.dimensions[0] * slices)
                return (tensor.name, (sums, [Float](repeating: 1, count: slices)))
            }))
}
