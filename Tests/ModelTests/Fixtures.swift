import Assistant
import BundledModel
import Foundation
import GGUF
import Gemma4
import Platform
import Tensor
import Testing

/// Files that the tests read.
enum Fixtures {
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let folder = package.appendingPathComponent("Tests/Fixtures")
    /// The full set of references, stored beside the package on the machines where it is developed.
    static let shared = package.appendingPathComponent("../shared/fixtures").standardizedFileURL

    static func target(_ pair: String) throws -> Target {
        try Target(GGUFFile(contentsOf: folder.appendingPathComponent("\(pair)/target.gguf")))
    }

    static func drafter(_ pair: String) throws -> Drafter {
        try Drafter(GGUFFile(contentsOf: folder.appendingPathComponent("\(pair)/assistant.gguf")))
    }

    static func bundledTarget() throws -> Target {
        try Target(GGUFFile(contentsOf: #require(BundledModel.target)))
    }

    /// Some text in the bundled model's tokens, longer than its window of 64.
    static func prompt(_ count: Int) throws -> [Int32] {
        struct Expected: Decodable {
            let greedy: [Int32]
        }
        let url = folder.appendingPathComponent("stories/long/expected.json")
        let tokens = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url)).greedy
        return Array(tokens.prefix(count))
    }
}

extension GGUFFile {
    /// A writer with everything this file holds, to change some of it.
    func copy(
        metadata change: (String, GGUFValue) -> GGUFValue? = { $1 },
        tensors keep: (TensorInfo) -> Bool = { _ in true }
    ) throws -> GGUFWriter {
        var writer = GGUFWriter()
        for key in metadata.keys {
            if let value = metadata[key].flatMap({ change(key, $0) }) { try writer.metadata.add(key, value) }
        }
        for tensor in tensors where keep(tensor) {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: data(of: tensor))
        }
        return writer
    }
}

extension GGUFWriter {
    /// The file that this writer would write.
    func file() throws -> GGUFFile { try GGUFFile(ByteRegion(bytes())) }
}

extension TargetContext {
    /// The bits of a pass's logits and hidden states, row by row.
    func bits(
        _ tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>
    ) throws -> Bits {
        let output = try forward(tokens, logits: logits, hidden: hidden)
        return Bits(logits: output.logits.bits, hidden: output.hidden.bits)
    }

    /// The bits of the logits of the last of `tokens`.
    func lastLogits(_ tokens: ArraySlice<Int32>) throws -> [UInt32] {
        try bits(tokens, logits: tokens.count - 1..<tokens.count, hidden: 0..<0).logits[0]
    }
}

struct Bits: Equatable {
    let logits: [[UInt32]]
    let hidden: [[UInt32]]
}

extension Rows {
    fileprivate var bits: [[UInt32]] { (0..<count).map { row($0).map(\.bitPattern) } }
}
