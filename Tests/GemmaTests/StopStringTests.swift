import BundledModel
import Foundation
import Gemma
import Testing

/// A text ends before a stop string, and no part of one is delivered.
@Suite("Stop strings")
struct StopStringTests {
    private let model: GemmaModel

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private func pieces(_ generation: GemmaSession.ResponseStream) async throws -> [String] {
        var pieces: [String] = []
        for try await piece in generation { pieces.append(piece) }
        return pieces
    }

    private func options(_ stop: [String], drafts: Int = 5, tokens: Int = 40) -> GenerationOptions {
        GenerationOptions(
            temperature: 0, stop: stop, maximumResponseTokens: tokens, speculation: .init(draftLength: .fixed(drafts)))
    }

    /// `text` up to the stop string that is complete first, and of several such the longest.
    private func cut(_ text: String, at stop: [String]) -> String {
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            let found = stop.filter { bytes[...end].suffix($0.utf8.count).elementsEqual($0.utf8) }
            guard let longest = found.map(\.utf8.count).max() else { continue }
            return String(decoding: bytes[..<(end + 1 - longest)], as: UTF8.self)
        }
        return text
    }

    @Test("The example of GenerationOptions ends at the first empty line")
    func example() async throws {
        let options = GenerationOptions(temperature: 0.7, topP: 0.9, repeatPenalty: 1.1, seed: 3, stop: ["\n\n"])
        let session = try model.makeSession()
        let text = try await pieces(session.streamResponse(to: "Once upon a time", options: options)).joined()
        #expect(!text.isEmpty && !text.contains("\n\n"))
    }

    @Test("Every part of a story can be a stop string, with drafts that run past it and without", arguments: [0, 5])
    func everyPart(_ drafts: Int) async throws {
        let session = try model.makeSession()
        let story = try await pieces(session.streamResponse(to: "Once upon a time", options: options([]))).joined()
        let whole = session.tokens
        let bytes = Array(story.utf8)
        for (start, length) in [(0, 1), (0, 9), (1, 4), (7, 13), (20, 1), (23, 30), (31, 5), (60, 12), (100, 40)] {
            let stop = String(decoding: bytes[start..<start + length], as: UTF8.self)
            session.reset()
            let options = options([stop], drafts: drafts)
            let found = try await pieces(session.streamResponse(to: "Once upon a time", options: options))
            #expect(found.joined() == cut(story, at: [stop]))
            #expect(found.allSatisfy { !$0.isEmpty })
            #expect(session.statistics.finishReason == .stopString)
            // The text of the session ends with the token that completes the stop string.
            #expect(whole.starts(with: session.tokens))
            let tokens = session.tokens.dropFirst(5)
            #expect(
                model.tokenizer.decode(tokens).contains(stop)
                    && !model.tokenizer.decode(tokens.dropLast()).contains(stop)
            )
            #expect(session.statistics.generatedTokens == tokens.count)
        }
    }

    @Test("What only begins like a stop string is delivered, at the latest with the end of the text")
    func falseAlarms() async throws {
        let session = try model.makeSession()
        let story = try await pieces(session.streamResponse(to: "Once upon a time", options: options([], tokens: 24)))
            .joined()
        // Beginnings of it end in each place, and the last one ends with the text.
        let words = story.split(separator: " ").map { " \($0)" }
        let stop = words.map { $0 + "#" } + [String(story.suffix(9)) + "#", story + "#", "##"]
        session.reset()
        let found = try await pieces(session.streamResponse(to: "Once upon a time", options: options(stop, tokens: 24)))
        #expect(found.joined() == story)
        #expect(session.statistics.finishReason == .maximumTokens)
    }

    @Test("Of several stop strings the one that is complete first counts, and then the longest")
    func several() async throws {
        let session = try model.makeSession()
        let story = try await pieces(session.streamResponse(to: "Once upon a time", options: options([]))).joined()
        for stop in [
            ["girl", "tiny"], ["tiny girl", "girl"], ["irl", "tiny girl", " girl"], ["tiny girl named", "n"],
            ["Zoe. She", "e. S"],
        ] {
            session.reset()
            let found = try await pieces(session.streamResponse(to: "Once upon a time", options: options(stop)))
            #expect(found.joined() == cut(story, at: stop) && found.joined() != story)
        }
    }

    @Test("A stop string may begin and end within characters of several bytes and tokens")
    func characters() throws {
        let text = "Zoë ate naïve crêpes — 🦊🦊! 日本語 and e\u{301}t\u{E9}"
        let tokens = model.tokenizer.encode(text)
        #expect(tokens.count > text.count)
        let characters = Array(text.unicodeScalars)
        for start in characters.indices {
            for length in 1...min(6, characters.count - start) {
                var stop = ""
                stop.unicodeScalars.append(contentsOf: characters[start..<start + length])
                var (written, delivered) = (GeneratedText(model.tokenizer, stop: [stop], special: false), "")
                for token in tokens where !written.hasStopped {
                    written.append(token)
                    let piece = written.take()
                    #expect(!piece.unicodeScalars.contains("\u{FFFD}"))
                    delivered += piece
                }
                #expect(written.hasStopped)
                delivered += written.finish()
                #expect(Array(delivered.utf8) == Array(cut(text, at: [stop]).utf8))
            }
        }
    }

    @Test("A control token can be a stop string though the text does not show it", arguments: [false, true])
    func controlToken(_ special: Bool) async throws {
        let turn = try #require(model.tokenizer.vocabulary.id(of: "<|turn>"))
        let session = try model.makeSession()
        var options = options(["<|turn>"])
        options.logitBias = [turn: 1000]
        options.showsSpecialTokens = special
        #expect(try await pieces(session.streamResponse(to: "Once upon a time", options: options)).isEmpty)
        #expect(session.statistics.finishReason == .stopString && session.tokens.last == turn)
    }

    @Test("A text goes on after a stop string as if nothing had been, with drafts as without")
    func continuing() async throws {
        var texts: [[TokenID]] = []
        for drafts in [0, 5] {
            let session = try model.makeSession()
            _ = try await pieces(
                session.streamResponse(to: "Once upon a time", options: options(["named"], drafts: drafts)))
            _ = try await pieces(session.streamResponse(to: "", options: options([], drafts: drafts, tokens: 20)))
            texts.append(session.tokens)
        }
        let session = try model.makeSession()
        _ = try await pieces(session.streamResponse(to: "Once upon a time", options: options([])))
        #expect(texts[0] == texts[1] && session.tokens.starts(with: texts[0]))
    }

    @Test("Stop strings are neither empty, nor long, nor many")
    func invalid() async throws {
        let session = try model.makeSession()
        for (stop, message) in [
            ([""], "the length of a stop string is 0; expected 1 to 1024 bytes"),
            (
                ["a", String(repeating: "é", count: 513)],
                "the length of a stop string is 1026; expected 1 to 1024 bytes"
            ),
            (Array(repeating: "a", count: 65), "the number of stop strings is 65; expected at most 64"),
        ] {
            let error = await #expect(throws: GemmaError.self) {
                _ = try await pieces(session.streamResponse(to: "a", options: options(stop)))
            }
            #expect(error.map { "\($0)" } == message)
        }
        #expect(session.tokens.isEmpty)
    }
}
