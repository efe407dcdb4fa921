import BundledModel
import Checksum
import Foundation
import GGUF
import ImportanceMatrix
import Platform
import Quantization
import Testing

/// Whole files are those of llama-quantize, tensor for tensor and bit for bit.
@Suite struct ReferenceTests {
    private static let matrix = fixtures.appendingPathComponent("imatrix/tiny-imatrix.gguf")
    private static let fileTypes = FileType.allCases.filter { $0.number != nil }

    private let folder: Folder

    init() throws { folder = try Folder() }

    /// - Returns: nil if it is refused.
    private func quantized(_ model: GGUFFile, _ type: FileType, hasImportance: Bool) throws -> GGUFFile? {
        var options = QuantizationOptions()
        options.allowsRequantizing = true
        if hasImportance {
            options.importance = Importance(try ImportanceMatrix(contentsOf: Self.matrix), name: "tiny-imatrix.gguf")
        }
        do {
            let plan = try QuantizationPlan(model, to: type, options)
            try Quantizer(model, plan, pool: ThreadPool(threadCount: 2)).write(to: folder.file("out.gguf"))
        } catch QuantizationError.needsImportance, QuantizationError.rowDoesNotFit {
            return nil
        }
        return try GGUFFile(contentsOf: folder.file("out.gguf"))
    }

    /// The bundled model, quantized again. One hash for each file: of the names, the types and the bytes of its
    /// tensors. Its files are read by the engine, too.
    @Test(arguments: fileTypes, [false, true])
    func theBundledModel(_ type: FileType, hasImportance: Bool) async throws {
        let url = fixtures.appendingPathComponent("quantize/requantized.json")
        let reference = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: url))
        let model = try GGUFFile(contentsOf: #require(BundledModel.target))
        let file = try quantized(model, type, hasImportance: hasImportance)
        var hash = SHA256()
        for tensor in file?.tensors.sorted(by: { $0.name < $1.name }) ?? [] {
            hash.add(tensor.name.utf8 + [0] + tensor.type.name.utf8 + [0])
            hash.add(file?.bytes(tensor.name) ?? [])
        }
        let found = file == nil ? "refused" : String(hash.finish().prefix(16))
        #expect(found == reference[type.rawValue + (hasImportance ? "+imatrix" : "")])
        if hasImportance, file != nil { try await expectStory(folder.file("out.gguf")) }
    }

    // MARK: - References that are not in the repository

    private struct Expected: Decodable {
        struct File: Decodable {
            let fails: String?
            let keys: [String: Value]?
            let tensors: [String: [String]]?
        }
        enum Value: Decodable {
            case number(Int)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self = try (try? container.decode(Int.self)).map(Self.number) ?? .text(container.decode(String.self))
            }
        }
        let files: [String: File]
    }

    private static let shared = fixtures.appendingPathComponent("../../../shared").standardizedFileURL
    private static let expected: Expected? = {
        let url = shared.appendingPathComponent("fixtures/imatrix/expected.json")
        return try? JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
    }()
    private static let cases = expected?.files.keys.sorted() ?? []

    @Test(.enabled(if: expected != nil, "../shared/fixtures/imatrix is not there"), arguments: cases)
    func theModelInF16(_ name: String) throws {
        let expected = try #require(Self.expected?.files[name])
        let parts = name.split(separator: "+")
        let type = try #require(FileType(String(parts[0])))
        let model = try GGUFFile(
            contentsOf: Self.shared.appendingPathComponent("models/gemma4-tiny-stories-f16.gguf"))
        guard let file = try quantized(model, type, hasImportance: parts.count > 1) else {
            #expect(expected.fails != nil)
            return
        }
        for (tensor, values) in try #require(expected.tensors) {
            #expect(file.tensor(tensor)?.type.name == values[0], "\(tensor)")
            var hash = SHA256()
            hash.add(file.bytes(tensor) ?? [])
            #expect(hash.finish().hasPrefix(values[1]), "\(tensor), \(values[0])")
        }
        for (key, value) in try #require(expected.keys) {
            switch value {
            case .number(let number): #expect(try file.metadata.integer(key) == number, "\(key)")
            case .text(let text): #expect(try file.metadata.string(key) == text, "\(key)")
            }
        }
    }
}

extension SHA256 {
    fileprivate mutating func add(_ bytes: some Sequence<UInt8>) { Array(bytes).withUnsafeBytes { update($0) } }
}
