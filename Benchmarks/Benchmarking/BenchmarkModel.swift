package import Assistant
package import Foundation
internal import GGUF
package import Gemma4

/// A target and optionally a drafter, and what a report says about them. No tokenizer is needed.
package struct BenchmarkModel: Sendable {
    package let target: Target
    package let drafter: Drafter?
    package let filename: String
    /// The architecture and the type of most of the weights: `gemma4 Q8_0`.
    package let type: String
    /// Bytes of all tensors of the target.
    package let size: Int
    package let parameterCount: Int

    package init(target url: URL, drafter drafterURL: URL?) throws {
        let file: GGUFFile
        (file, target) = try Self.load(url) { ($0, try Target($0)) }
        let target = target
        drafter = try drafterURL.map { url in
            try Self.load(url) { file in
                let drafter = try Drafter(file)
                try drafter.checkFit(with: target)
                return drafter
            }
        }
        filename = url.path
        size = file.tensors.reduce(0) { $0 + $1.byteCount }
        parameterCount = file.tensors.reduce(0) { $0 + $1.elementCount }
        let bytes = Dictionary(grouping: file.tensors, by: \.type.name)
            .mapValues { $0.reduce(0) { $0 + $1.byteCount } }
        let mostUsed = bytes.max { ($0.value, $0.key) < ($1.value, $1.key) }
        type = "\(Target.architecture) \(mostUsed?.key ?? "")"
    }

    /// The heads of the drafter that can be measured; empty without a drafter.
    package var draftHeads: [DraftHead] {
        drafter.map { $0.orderedHead == nil ? [.dense] : [.ordered, .dense] } ?? []
    }

    private static func load<T>(_ url: URL, _ body: (GGUFFile) throws -> T) throws -> T {
        do {
            let file = try GGUFFile(contentsOf: url)
            return try PairError.recognizing { try body(file) }
        } catch {
            throw LoadError(path: url.path, reason: error)
        }
    }

    /// What is wrong with a file.
    package struct LoadError: Error, CustomStringConvertible {
        package let path: String
        package let reason: any Error

        package var description: String {
            if case GGUFError.cannotOpen? = reason as? GGUFError { "\(reason)" } else { "\(path): \(reason)" }
        }
    }
}
