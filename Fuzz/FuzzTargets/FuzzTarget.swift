/// A door through which a stranger's bytes come in.
///
/// Behind each of them must hold: a result or a typed error, for any bytes, in bounded time and memory. A trap, a read
/// outside of memory, a hang are what a fuzzer sees by itself; what else must be true is a `Violation`.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The GGUF reader: a file, every value and every tensor's bytes of it.
    case gguf
    /// Loading a model and generating a few tokens; a target or a drafter, whichever the file says it is.
    case model
    /// Texts into tokens and back.
    case tokenizer
    /// Decoding, encoding, multiplying and caching in every block format.
    case blocks
    /// The reference answers that gemma-check reads.
    case json
    /// The saved runs that gemma-perplexity reads.
    case base

    /// What became of an input.
    package enum Outcome: Sendable {
        case accepted
        case refused(any Error)
    }

    /// Feeds `input` to the door.
    /// - Throws: `Violation`, and nothing else.
    package func run(_ input: [UInt8]) throws(Violation) -> Outcome {
        do {
            switch self {
            case .gguf: try GGUFDoor.run(input)
            case .model: try ModelDoor.run(input)
            case .tokenizer: try TokenizerDoor.run(input)
            case .blocks: try BlocksDoor.run(input)
            case .json: try JSONDoor.run(input)
            case .base: try BaseFileDoor.run(input)
            }
            return .accepted
        } catch let violation as Violation {
            throw violation
        } catch {
            // Every error must have a line for the user.
            guard !"\(error)".isEmpty else { throw Violation("an error without words: \(type(of: error))") }
            return .refused(error)
        }
    }

    /// Valid inputs, from which a fuzzer begins.
    package func seeds() throws -> [(name: String, bytes: [UInt8])] {
        switch self {
        case .gguf: try [("specimen", GGUFDoor.specimen()), ("target", MiniaturePair.target())]
        case .model: try MiniaturePair.seeds()
        case .tokenizer: TokenizerDoor.seeds
        case .blocks: BlocksDoor.seeds
        case .json: JSONDoor.seeds
        case .base: BaseFileDoor.seeds
        }
    }

    /// Another input made of `input`, still what the door takes in outline; nil where damaging bytes is as good.
    package func mutated(_ input: [UInt8], seed: UInt64) -> [UInt8]? {
        switch self {
        case .gguf, .model: GGUFMutation.apply(to: input, seed: seed)
        case .tokenizer, .blocks, .json, .base: nil
        }
    }
}
