import BundledModel
import Foundation
import GGUF
import Platform
import Tensor
import Testing
import Tokenizer

/// A GGUF file taken apart, to be written again with some of it changed, as another converter would have written it.
struct AlteredFile {
    struct Tensor {
        var name: String
        var dimensions: [Int]
        var type: TensorType
        var bytes: [UInt8]
    }

    var metadata: GGUFMetadata
    var tensors: [Tensor]

    init(_ url: URL) throws {
        let file = try GGUFFile(contentsOf: url)
        metadata = file.metadata
        tensors = file.tensors.map { tensor in
            let data = file.data(of: tensor)
            return Tensor(
                name: tensor.name, dimensions: tensor.dimensions, type: tensor.type, bytes: Array(data.bytes))
        }
    }

    /// The bundled target.
    static func target() throws -> AlteredFile { try AlteredFile(#require(BundledModel.target)) }

    /// The bundled drafter.
    static func drafter() throws -> AlteredFile { try AlteredFile(#require(BundledModel.assistant)) }

    var writer: GGUFWriter {
        get throws {
            var writer = GGUFWriter()
            writer.metadata = metadata
            for tensor in tensors {
                try writer.add(
                    tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, bytes: tensor.bytes)
            }
            return writer
        }
    }

    var file: GGUFFile { get throws { try GGUFFile(ByteRegion(writer.bytes())) } }

    // MARK: - Keys

    subscript(key: String) -> GGUFValue? {
        get { metadata[key] }
        set { if let newValue { metadata.set(key, newValue) } else { metadata.remove(key) } }
    }

    mutating func rename(key: String, to other: String) {
        self[other] = self[key]
        self[key] = nil
    }

    /// Changes the architecture, and with it the prefix of the keys.
    mutating func rename(architecture old: String, to new: String) {
        for key in metadata.keys where key.hasPrefix(old + ".") {
            rename(key: key, to: new + key.dropFirst(old.count))
        }
        self["general.architecture"] = .string(new)
    }

    /// Changes the element of an array of integers.
    mutating func set(_ key: String, at index: Int, to value: Int32) throws {
        var values = try metadata.integers(key).map { Int32($0) }
        values[index] = value
        self[key] = .array(GGUFArray(values))
    }

    /// The texts of the vocabulary, in the order of ids.
    var vocabulary: [String] {
        get throws { try metadata.strings("tokenizer.ggml.tokens").map { String(decoding: $0, as: UTF8.self) } }
    }

    func token(_ text: String) throws -> Int { try #require(vocabulary.firstIndex(of: text)) }

    /// Changes the text of a token.
    mutating func set(text: String, of token: Int) throws {
        var texts = try vocabulary
        texts[token] = text
        self["tokenizer.ggml.tokens"] = .array(GGUFArray(texts))
    }

    mutating func set(type: TokenType, of token: Int) throws {
        try set("tokenizer.ggml.token_type", at: token, to: Int32(type.rawValue))
    }

    // MARK: - Tensors

    mutating func remove(tensor name: String) { tensors.removeAll { $0.name == name } }

    mutating func rename(tensor name: String, to other: String) throws {
        let index = try #require(tensors.firstIndex { $0.name == name })
        tensors[index].name = other
    }

    mutating func add(tensor name: String, _ values: [Float]) {
        let bytes = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        tensors.append(Tensor(name: name, dimensions: [values.count], type: .f32, bytes: bytes))
    }

    /// Doubles the values of a tensor in Q8_0, exactly.
    mutating func double(tensor name: String) throws {
        let index = try #require(tensors.firstIndex { $0.name == name })
        #expect(tensors[index].type == .q8_0)
        for block in stride(from: 0, to: tensors[index].bytes.count, by: 34) {
            let bytes = tensors[index].bytes[block..<block + 2]
            let scale = Float16(bitPattern: UInt16(bytes[block]) | UInt16(bytes[block + 1]) << 8) * 2
            tensors[index].bytes[block] = UInt8(scale.bitPattern & 0xff)
            tensors[index].bytes[block + 1] = UInt8(scale.bitPattern >> 8)
        }
    }
}
