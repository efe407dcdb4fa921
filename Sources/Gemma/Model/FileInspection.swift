import Assistant
package import GGUF
import Gemma4
import Sampling
import Tensor
package import Tokenizer

/// What the engine makes of a file, for listings: whether it can be used, and if not, every reason that can be found.
package struct FileInspection {
    /// What the file would be used as; nil for neither.
    package enum Role: String {
        case target
        case drafter
    }

    package let role: Role?
    /// Why the file would be refused; empty if it can be used.
    package private(set) var refusals: [Refusal] = []
    /// Keys of the architecture that are not used. Empty if reading ended with an error, so that nobody can tell.
    package private(set) var unusedKeys: [String] = []
    /// Tensors that have no effect on the text, by the reason.
    package private(set) var ignored: [(reason: String, tensors: [String])] = []
    /// The tokens that end generation, with their texts; empty where the file has no vocabulary that can be read.
    package private(set) var ends: [(end: EndToken, text: String)] = []
    /// Tokens that are never written.
    package private(set) var suppressedCount = 0

    /// A reason to refuse a file.
    package struct Refusal {
        package let error: any Error
        /// Other tensors with the same fault as the one that the error names.
        package fileprivate(set) var alike: [String] = []
    }

    /// The places in `refusals` of faults that many tensors may have.
    private var places: [String: Int] = [:]

    /// A file that can be opened.
    package init(_ file: GGUFFile) {
        role = Self.role(file.metadata)
        let vocabularySize = inspectModel(of: file)
        inspectVocabulary(of: file.metadata)
        guard role == .target else { return }
        attempt {
            let count = try BPETokenizer(file).vocabulary.count
            if let vocabularySize, count != vocabularySize {
                throw GemmaError.vocabularyMismatch(tokenizer: count, model: vocabularySize)
            }
        }
        attempt { _ = try SamplingOptions(file.metadata) }
    }

    /// A file whose header can be read and that cannot be opened, because of `error`.
    package init(_ listing: GGUFListing, unreadable error: GGUFError) {
        role = Self.role(listing.metadata)
        let problems = listing.tensors.compactMap(\.problem)
        if !problems.contains(error) { refuse(error) }
        for problem in problems { refuse(problem) }
        inspectVocabulary(of: listing.metadata)
    }

    private static func role(_ metadata: GGUFMetadata) -> Role? {
        guard case .string(let name) = metadata["general.architecture"] else { return nil }
        if name.utf8.elementsEqual(Target.architecture.utf8) { return .target }
        return Drafter.architectures.contains { name.utf8.elementsEqual($0.utf8) } ? .drafter : nil
    }

    /// - Returns: the number of tokens that the model has embeddings of; nil if that cannot be read.
    private mutating func inspectModel(of file: GGUFFile) -> Int? {
        let isDrafter = role == .drafter
        let model: ModelFile
        do {
            model = try ModelFile(file, architectures: isDrafter ? Drafter.architectures : [Target.architecture])
        } catch {
            refuse(error)
            return nil
        }
        for error in model.unappliedKeys() { refuse(error) }
        var suppressed = 0
        let failure = attempt {
            if isDrafter {
                _ = try Drafter(model)
            } else {
                suppressed = try Target(model).suppressedTokens.count
            }
        }
        suppressedCount = suppressed
        let config = try? Config(model, hasCaches: !isDrafter)
        if failure == nil {
            unusedKeys = model.unusedKeys()
        } else if let config {
            for error in model.layerErrors(config) where "\(error)" != failure.map({ "\($0)" }) { refuse(error) }
        }
        for verdict in model.audit(isComplete: failure == nil) {
            switch verdict.fate {
            case .applied, .unread: break
            case .ignored(let reason): ignore(verdict.tensor.name, reason)
            case .refused(let reason): refuse(ModelError.unappliedTensor(verdict.tensor.name, reason: reason))
            }
        }
        return config?.vocabularySize
    }

    /// Runs `body` and keeps its error, which is returned.
    @discardableResult
    private mutating func attempt(_ body: () throws -> Void) -> (any Error)? {
        do {
            try body()
            return nil
        } catch {
            refuse(error)
            return error
        }
    }

    private mutating func refuse(_ error: any Error) {
        let (fault, tensor) = Self.fault(error)
        guard let place = places[fault] else {
            places[fault] = refusals.count
            refusals.append(Refusal(error: error))
            return
        }
        // Without a tensor it is the same error once more.
        if let tensor { refusals[place].alike.append(tensor) }
    }

    /// What is wrong, and with which tensor if others may have the same fault.
    private static func fault(_ error: any Error) -> (fault: String, tensor: String?) {
        switch error {
        case ModelError.unappliedTensor(let tensor, let reason): (reason, tensor)
        case GGUFError.missingTensor(let tensor): ("missing", tensor)
        case GGUFError.unknownTensorType(let tensor, let id): ("unknown type \(id)", tensor)
        case GGUFError.contestedTensorType(let tensor, let id, _, _, _): ("contested type \(id)", tensor)
        case TensorError.unsupportedType(let tensor, let type, _): ("unsupported type \(type.id)", tensor)
        default: ("\(error)", nil)
        }
    }

    private mutating func ignore(_ tensor: String, _ reason: String) {
        if let index = ignored.firstIndex(where: { $0.reason == reason }) {
            ignored[index].tensors.append(tensor)
        } else {
            ignored.append((reason, [tensor]))
        }
    }

    private mutating func inspectVocabulary(of metadata: GGUFMetadata) {
        guard let vocabulary = try? Vocabulary(metadata) else { return }
        ends = vocabulary.ends.map { ($0, vocabulary.text(of: $0.token) ?? "") }
    }
}
