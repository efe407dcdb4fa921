internal import Assistant
internal import GGUF
internal import Gemma
import Platform
import Tensor

/// Loads a model and generates a few tokens with it.
///
/// A drafter is paired with the miniature target, any other file with the miniature drafter if it fits, so that the run
/// includes drafting. A file that loads must not have been called one that would be refused.
enum ModelDoor {
    private static let target = Result { try GGUFFile(ByteRegion(MiniaturePair.target())) }
    private static let drafter = Result { try GGUFFile(ByteRegion(MiniaturePair.drafter())) }

    static func run(_ input: [UInt8]) throws {
        let listing = try GGUFListing(ByteRegion(input))
        let file = try open(input, listing)
        let inspection = FileInspection(file)
        try? file.checkTensors()
        let architecture = try file.metadata.stringIfPresent("general.architecture") ?? ""
        let isDrafter = Drafter.architectures.contains { architecture.utf8.elementsEqual($0.utf8) }
        let model =
            try isDrafter
            ? GemmaModel(target: target.get(), drafter: file, threads: 1)
            : (try? GemmaModel(target: file, drafter: drafter.get(), threads: 1))
                ?? GemmaModel(target: file, threads: 1)
        if let refusal = inspection.refusals.first { throw Violation("loaded, but would be refused: \(refusal)") }
        // Cache types alternate, so that all that fit the miniature's heads are used with damaged weights.
        let types = CacheType.allCases.filter { $0.widthMultiple <= 32 }
        let session = try model.makeSession(
            contextLength: 24, keyCacheType: types[input.count % types.count],
            valueCacheType: types[input.count / types.count % types.count])
        let options = GenerationOptions(
            temperature: input.count.isMultiple(of: 2) ? 0 : 1, seed: 1, maximumResponseTokens: 6,
            speculation: SpeculationOptions(draftLength: .fixed(2)))
        let response = try waiting { try await session.respond(to: [.markup("not one <|turn>ab")], options: options) }
        let count = response.tokens.count
        guard count <= 6 else { throw Violation("\(count) tokens instead of at most 6") }
    }

    /// Opens the file; one that cannot be opened must be listed with a reason.
    private static func open(_ input: [UInt8], _ listing: GGUFListing) throws -> GGUFFile {
        do {
            return try GGUFFile(ByteRegion(input))
        } catch {
            guard !FileInspection(listing, unreadable: error).refusals.isEmpty else {
                throw Violation("a file that cannot be opened would not be refused")
            }
            throw error
        }
    }
}
