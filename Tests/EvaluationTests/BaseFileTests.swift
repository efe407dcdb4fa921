import Evaluation
import Foundation
import GGUF
import Gemma4
import Platform
import Tensor
import Testing

@Suite("Saved runs")
struct BaseFileTests {
    @Test("A run does not diverge from itself, but byte activations diverge from floats")
    func comparison() throws {
        let (story, folder) = (try StoryText(), try TemporaryFolder())
        let url = folder.url.appendingPathComponent("run.kld")
        try story.save(story.reader(), at: url)
        #expect(try folder.names == ["run.kld"])
        let file = try BaseFile(contentsOf: url, vocabulary: story.target.config.vocabularySize)
        #expect(file.chunks == story.chunks)

        let same = try story.divergence(story.reader(batchLength: 7), from: file)
        #expect(same.perplexity.value == (try story.perplexity(story.reader())).value)
        #expect(abs(same.savedPerplexity.value / same.perplexity.value - 1) < 1e-4)
        #expect(same.mean.mean >= 0 && same.percentiles([1])[0] < 1e-8 && same.sameTopShare == 1)
        #expect(same.rmsDifference < 1e-4)

        let other = try story.divergence(story.reader(precision: .floats), from: file)
        let places = other.percentiles([0, 0.5, 0.99, 1])
        #expect(places == places.sorted() && places[0] >= 0)
        #expect(other.mean.mean > 1e-7 && other.mean.mean < 1e-2 && other.mean.error > 0)
        #expect(other.mean.mean <= places[3])
    }

    @Test("Without positions there are no percentiles")
    func noPositions() {
        #expect(Divergence().percentiles([0.5, 1]) == [0, 0])
    }

    @Test("The layout is llama-perplexity's")
    func layout() throws {
        let (story, folder) = (try StoryText(), try TemporaryFolder())
        let url = folder.url.appendingPathComponent("run.kld")
        try story.save(story.reader(), at: url)
        let bytes = [UInt8](try Data(contentsOf: url))
        let (length, count) = (story.chunks.length, story.chunks.count)
        // magic, length, vocabulary of 2464, chunks; tokens; 9 rows per chunk, each of two floats and 2464 codes.
        #expect(bytes.count == 20 + 4 * length * count + 9 * count * (8 + 2 * 2464))
        #expect(bytes.starts(with: "_logits_".utf8))
        #expect(Array(bytes[8..<20]) == [20, 0, 0, 0, 0xA0, 0x09, 0, 0, UInt8(count), 0, 0, 0])
        #expect(Array(bytes[20..<24]) == [2, 0, 0, 0])
    }

    @Test("Without `finish` no file remains, and an existing file is kept")
    func unfinished() throws {
        let (story, folder) = (try StoryText(), try TemporaryFolder())
        let url = folder.url.appendingPathComponent("run.kld")
        func giveUp() throws {
            let writer = try BaseFileWriter(url, chunks: story.chunks, vocabulary: 2464)
            #expect(try folder.names.count == 1 + (FileManager.default.fileExists(atPath: url.path) ? 1 : 0))
            _ = try story.perplexity(story.reader(), savingIn: writer)
        }
        try giveUp()
        #expect(try folder.names.isEmpty)
        try story.save(story.reader(), at: url)
        let before = try Data(contentsOf: url)
        try giveUp()
        #expect(try folder.names == ["run.kld"])
        #expect(try Data(contentsOf: url) == before)
    }

    @Test("Only a saved run is replaced")
    func replacement() throws {
        let (story, folder) = (try StoryText(), try TemporaryFolder())
        let url = folder.url.appendingPathComponent("model.gguf")
        try Data("GGUF, a model of mine".utf8).write(to: url)
        for path in [url, folder.url] {
            #expect(throws: EvaluationError.wouldReplace(path: path.path)) {
                try BaseFileWriter(path, chunks: story.chunks, vocabulary: 2464)
            }
        }
        #expect(try folder.names == ["model.gguf"])
        #expect(throws: EvaluationError.self) {
            try BaseFileWriter(
                URL(fileURLWithPath: "/no/such/folder/run"), chunks: story.chunks, vocabulary: 2464)
        }
    }

    // MARK: - Damaged files

    /// Chunks of 4 tokens, a vocabulary of 3: one row of 16 bytes per chunk.
    private func bytes(
        _ numbers: [Int32] = [4, 3, 2], tokens: [Int32] = [2, 0, 1, 2, 0, 1, 2, 0], rows: Int = 2
    ) -> [UInt8] {
        var bytes = Array("_logits_".utf8)
        for number in numbers + tokens { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        for _ in 0..<rows {
            for value: Float in [1e-4, -6.6] { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
            bytes += [0, 0, 255, 255, 9, 9, 0, 0]
        }
        return bytes
    }

    private func open(_ bytes: [UInt8], vocabulary: Int = 3) throws -> BaseFile {
        try BaseFile(ByteRegion(bytes), path: "F", vocabulary: vocabulary)
    }

    @Test("An intact file is read")
    func sound() throws {
        let file = try open(bytes())
        #expect(file.chunks.count == 2 && Array(file.chunks[1]) == [0, 1, 2, 0])
        try file.withRows(ofChunk: 1, positions: 2..<3) { #expect($0.count == 16) }
    }

    @Test("Damage is an error, without large allocations")
    func damage() throws {
        func expect(
            _ error: EvaluationError, _ bytes: [UInt8], vocabulary: Int = 3, location: SourceLocation = #_sourceLocation
        ) {
            #expect(throws: error, sourceLocation: location) { try open(bytes, vocabulary: vocabulary) }
        }
        let sound = bytes()
        for length in [0, 7] { expect(.notABaseFile(path: "F"), Array(sound.prefix(length))) }
        expect(.notABaseFile(path: "F"), Array("GGUF, a model of mine".utf8))
        expect(.otherVocabulary(path: "F", found: 3, model: 5), sound, vocabulary: 5)
        expect(.invalidHeader(path: "F", field: "the length of a chunk", value: 2), bytes([2, 3, 2]))
        expect(.invalidHeader(path: "F", field: "the length of a chunk", value: -4), bytes([-4, 3, 2]))
        expect(.invalidHeader(path: "F", field: "the number of chunks", value: 0), bytes([4, 3, 0]))
        expect(.tokenOutOfRange(path: "F", token: 3, vocabulary: 3), bytes(tokens: [2, 0, 1, 3, 0, 1, 2, 0]))
        expect(.tokenOutOfRange(path: "F", token: -1, vocabulary: 3), bytes(tokens: [2, 0, 1, -1, 0, 1, 2, 0]))
        let most = Int(Int32.max)
        for (length, count) in [(most, most), (4, most), (most, 1), (4, 3), (3, 2)] {
            expect(
                .wrongSize(path: "F", chunks: count, chunkLength: length, bytes: sound.count),
                bytes([Int32(length), 3, Int32(count)]))
        }
        for length in 8..<20 { #expect(throws: EvaluationError.self) { try open(Array(sound.prefix(length))) } }
        for length in 20..<sound.count {
            expect(
                .wrongSize(path: "F", chunks: 2, chunkLength: 4, bytes: length), Array(sound.prefix(length)))
        }
        expect(.wrongSize(path: "F", chunks: 2, chunkLength: 4, bytes: sound.count + 1), sound + [0])
    }

    /// The smallest log probability of a row follows its step.
    @Test(
        "Rows that nobody can have saved are refused when they are used", arguments: [0, 4],
        [-Float.infinity, .infinity, .nan, 3e38])
    func damagedRow(_ offset: Int, _ value: Float) throws {
        var bytes = bytes()
        let place = bytes.count - 16 + offset
        withUnsafeBytes(of: value) { bytes.replaceSubrange(place..<place + 4, with: $0) }
        let file = try open(bytes)
        #expect(throws: EvaluationError.damagedRow(path: "F", chunk: 2, position: 2)) {
            try file.withRows(ofChunk: 1, positions: 2..<3) { _ in Issue.record("the row was used") }
        }
    }
}
