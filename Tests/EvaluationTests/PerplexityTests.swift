import Evaluation
import Foundation
import Gemma4
import Tensor
import Testing

@Suite("Perplexity")
struct PerplexityTests {
    @Test("Only complete chunks of a text are used")
    func chunks() throws {
        let chunks = try TokenChunks(Array(0..<11), length: 5)
        #expect(chunks.count == 2 && Array(chunks[1]) == [5, 6, 7, 8, 9])
        #expect(chunks.scoredPositions == 2..<4)
        #expect(try TokenChunks(Array(0..<20), length: 5, limit: 3).count == 3)
        #expect(try TokenChunks(Array(0..<20), length: 5, limit: 9).count == 4)
        #expect(try TokenChunks(Array(0..<20), length: 8).scoredPositions == 4..<7)
        #expect(throws: EvaluationError.textTooShort(tokens: 9, chunkLength: 5)) {
            try TokenChunks(Array(0..<9), length: 5)
        }
        for length in [-1, 0, 2, .max] {
            #expect(throws: EvaluationError.invalidChunkLength(length)) {
                try TokenChunks(Array(0..<9), length: length)
            }
        }
    }

    @Test("It agrees with the logits of a plain pass")
    func plainPass() throws {
        let story = try StoryText()
        let reader = try story.reader()
        let found = try story.perplexity(reader)
        var losses: [Double] = []
        for chunk in 0..<story.chunks.count {
            let own = Array(story.chunks[chunk])
            let context = try story.reader().context
            let output = try context.forward([StoryText.bos] + own[1...], logits: 0..<own.count, hidden: 0..<0)
            for position in 10..<19 {
                let logits = output.logits.row(position).map(Double.init)
                losses.append(log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(own[position + 1])])
            }
            withExtendedLifetime(context) {}
        }
        let mean = losses.reduce(0, +) / Double(losses.count)
        let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)
        #expect(losses.count == 18 && found.positionCount == losses.count)
        #expect(abs(found.value / exp(mean) - 1) < 1e-5)
        let error = exp(mean) * (variance / Double(losses.count - 1)).squareRoot()
        #expect(abs(found.error / error - 1) < 1e-4)
    }

    @Test("It is the same for any batch size", arguments: [1, 5, 12])
    func batches(_ length: Int) throws {
        let story = try StoryText()
        let expected = try story.perplexity(story.reader())
        let found = try story.perplexity(story.reader(batchLength: length))
        #expect(found.value == expected.value && found.error == expected.error)
    }

    @Test("The mean of few values, and its error")
    func mean() {
        var mean = RunningMean()
        #expect(mean.mean.isNaN && mean.error == 0)
        mean.add(3)
        #expect(mean.mean == 3 && mean.error == 0)
        mean.add(5)
        #expect(mean.mean == 4 && mean.error == 1)
    }
}
