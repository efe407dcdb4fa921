import BundledModel
import Foundation
import GGUF
import Gemma4
import Platform
import Speculative
import Testing

/// If a round or a prompt ends early, the text can continue.
@Suite("Faults of a round")
struct FaultTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    @Test("Cancelled between drafts and verification, the text continues as if nothing had happened", arguments: 0...5)
    func cancelledRound(_ drafts: Int) async throws {
        let plain = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 60)
        let decoder = try pair.decoder(drafts: drafts)
        try decoder.appendPrompt(StoryPair.start)
        await cancelled { _ = try decoder.readPrompt() }
        #expect(decoder.tokens == StoryPair.start && decoder.target.cache.count == 0)
        _ = try decoder.readPrompt()
        while decoder.tokens.count < 65 {
            let tokens = decoder.tokens
            await cancelled { _ = try decoder.round(limit: 60, stopTokens: []) }
            #expect(decoder.tokens == tokens && decoder.target.cache.count == tokens.count - 1)
            _ = try decoder.round(limit: 65 - tokens.count, stopTokens: [])
        }
        #expect(Array(decoder.tokens.dropFirst(5)) == plain)
    }

    @Test("A model that computes NaN says so, each time it is asked")
    func notANumber() throws {
        let file = try GGUFFile(contentsOf: #require(BundledModel.target))
        var writer = GGUFWriter()
        writer.metadata = file.metadata
        for tensor in file.tensors {
            var region = file.data(of: tensor)
            if tensor.name == "output_norm.weight" {
                region = ByteRegion([UInt8](repeating: 0xFF, count: tensor.byteCount))
            }
            try writer.add(tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: region)
        }
        let broken = StoryPair(target: try Target(GGUFFile(ByteRegion(writer.bytes()))), drafter: pair.drafter)
        let decoder = try broken.decoder(drafts: 3)
        try decoder.appendPrompt(StoryPair.start)
        for _ in 0..<3 {
            #expect(throws: ModelError.notANumber(position: 5)) { try decoder.readPrompt() }
            #expect(decoder.hasUnreadPrompt && decoder.tokens.count == 5)
        }
    }
}

/// Does something in a task that is already cancelled: drafts are made, and the verifying pass ends early.
func cancelled(_ body: () throws -> Void) async {
    await withoutActuallyEscaping(body) { body in
        let sent = Sent(body: body)
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(throws: CancellationError.self) { try sent.body() }
        }.value
    }
}

/// A function that a task runs while its creator waits for it.
private struct Sent: @unchecked Sendable {
    let body: () throws -> Void
}
