/// A door: an entry point for untrusted bytes.
///
/// Each must give a result or a typed error for any bytes, in bounded time and memory. The fuzzer itself detects traps,
/// hangs and invalid memory accesses. Any other property that does not hold is reported as a `Violation`.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The GGUF reader: a file, all its values, and the bytes of all its tensors.
    case gguf
    /// Loading a model, a target or a drafter, and generating a few tokens.
    case model
    /// Converting texts to tokens and back.
    case tokenizer
    /// Decoding, encoding, multiplying and caching in every block format.
    case blocks
    /// The reference answers that gemma-check reads.
    case json
    /// The saved runs that gemma-perplexity reads.
    case base
    /// The importance matrices that gemma-quantize and gemma-imatrix read.
    case imatrix
    /// Texts that were saved with their keys and values.
    case cache
    /// A model's reply, taken apart.
    case reply
    /// A chat template, rendered.
    case template
    /// Messages and tools, as the tokens of a prompt.
    case content
    /// What a hub's server answers: lists of files, headers and addresses.
    case hub
    /// A constraint, and a text written under it.
    case constraint

    /// What happened to an input.
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
            case .imatrix: try ImportanceDoor.run(input)
            case .cache: try CacheDoor.run(input)
            case .reply: try ReplyDoor.run(input)
            case .template: try TemplateDoor.run(input)
            case .content: try ContentDoor.run(input)
            case .hub: try HubDoor.run(input)
            case .constraint: try ConstraintDoor.run(input)
            }
            return .accepted
        } catch let violation as Violation {
            throw violation
        } catch {
            // Every error must have a message.
            guard !"\(error)".isEmpty else { throw Violation("an error without a message: \(type(of: error))") }
            return .refused(error)
        }
    }

    /// Valid inputs for the fuzzer to start with.
    package func seeds() throws -> [(name: String, bytes: [UInt8])] {
        switch self {
        case .gguf: try [("specimen", GGUFDoor.specimen()), ("target", MiniaturePair.target())]
        case .model: try MiniaturePair.seeds() + MiniatureVariants.seeds()
        case .tokenizer: TokenizerDoor.seeds
        case .blocks: BlocksDoor.seeds
        case .json: JSONDoor.seeds
        case .base: BaseFileDoor.seeds
        case .imatrix: ImportanceDoor.seeds
        case .cache: try CacheDoor.seeds()
        case .reply: ReplyDoor.seeds
        case .template: TemplateDoor.seeds
        case .content: ContentDoor.seeds
        case .hub: HubDoor.seeds
        case .constraint: ConstraintDoor.seeds
        }
    }

    /// A variant of `input` with a valid overall structure; nil for doors where changing arbitrary bytes is as
    /// effective.
    package func mutated(_ input: [UInt8], seed: UInt64) -> [UInt8]? {
        switch self {
        case .gguf, .model, .imatrix: GGUFMutation.apply(to: input, seed: seed)
        case .tokenizer, .blocks, .json, .base, .cache, .reply, .template, .content, .hub, .constraint: nil
        }
    }
}
