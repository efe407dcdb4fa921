import Assistant
package import GGUF
import Gemma4
import Sampling
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
    package private(set) var refusals: [any Error] = []
    /// Tensors that have no effect on the text, by the reason.
    package private(set) var ignored: [(reason: String, tensors: [String])] = []
    /// The tokens that end generation, with their texts; empty where the file has no vocabulary that can be read.
    package private(set) var ends: [(end: EndToken, text: String)] = []
    /// Tokens that are never written.
    package private(set) var suppressedCount = 0

    /// A file that can be opened.
    package init(_ file: GGUFFile) {
        role = Self.role(file.metadata)
        do {
            try inspectTensors(of: file)
        } catch {
            refusals.append(error)
        }
        inspectVocabulary(of: file.metadata)
        guard role == .target else { return }
        for check in [{ _ = try BPETokenizer(file) }, { _ = try SamplingOptions(file.metadata) }] {
            do { try check() } catch { refusals.append(error) }
        }
    }

    /// A file whose header can be read and that cannot be opened, because of `error`.
    package init(_ listing: GGUFListing, unreadable error: GGUFError) {
        role = Self.role(listing.metadata)
        let problems = listing.tensors.compactMap(\.problem)
        refusals = problems.contains(error) ? problems : [error] + problems
        inspectVocabulary(of: listing.metadata)
    }

    private static func role(_ metadata: GGUFMetadata) -> Role? {
        guard case .string(let name) = metadata["general.architecture"] else { return nil }
        if name.utf8.elementsEqual(Target.architecture.utf8) { return .target }
        return Drafter.architectures.contains { name.utf8.elementsEqual($0.utf8) } ? .drafter : nil
    }

    private mutating func inspectTensors(of file: GGUFFile) throws {
        let isDrafter = role == .drafter
        let model = try ModelFile(file, architectures: isDrafter ? Drafter.architectures : [Target.architecture])
        if isDrafter {
            _ = try Drafter(model)
        } else {
            suppressedCount = try Target(model).suppressedTokens.count
        }
        for verdict in model.audit() {
            switch verdict.fate {
            case .applied: break
            case .ignored(let reason): ignore(verdict.tensor.name, reason)
            case .refused(let reason):
                refusals.append(ModelError.unappliedTensor(verdict.tensor.name, reason: reason))
            }
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
