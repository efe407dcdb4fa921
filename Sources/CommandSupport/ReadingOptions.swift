package import ArgumentParser
package import Evaluation
import Foundation
package import Gemma
package import Gemma4
internal import Logging
package import Tensor

/// Which model reads a text, and how.
package struct ReadingOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The model, a GGUF file. Default: the one that comes with swift-gemma.")
    package var model: String?

    @OptionGroup package var threads: ThreadOptions

    @Option(
        name: [.customShort("b"), .customLong("batch-size")], parsing: .unconditional,
        help: "The most tokens that one pass reads.")
    package var batchLength = 512

    @OptionGroup package var cache: CacheOptions

    package init() {}

    package func validate() throws {
        guard (1...Int(Int32.max)).contains(batchLength) else {
            throw ValidationError("-b is \(batchLength); expected 1 or more")
        }
    }

    /// - Parameters:
    ///   - bundled: the model if none is named.
    ///   - cacheTypes: where none are named.
    package func settings(
        bundled: URL?, cacheTypes: CacheTypes = CacheTypes(), precision: ActivationPrecision
    ) throws -> ReadingSettings {
        guard let file = model.map({ URL(fileURLWithPath: $0) }) ?? bundled else {
            throw ValidationError.noBundledModel
        }
        return ReadingSettings(
            file: file, threads: threads.count, batchLength: batchLength, cacheTypes: cache.types(default: cacheTypes),
            precision: precision)
    }
}

/// How a model is run that reads a text.
package struct ReadingSettings: Sendable {
    package let file: URL
    let threads: Int
    let batchLength: Int
    package let cacheTypes: CacheTypes
    package let precision: ActivationPrecision

    /// A reader of `chunks`. Logs a warning if they are longer than what the model was trained for.
    /// - Throws: `ModelError` or `TensorError`.
    package func reader(_ model: GemmaModel, _ chunks: TokenChunks) throws -> ChunkReader {
        if chunks.length > model.trainedContextLength {
            Logger(label: "gemma").warning(
                """
                chunks of \(chunks.length) tokens are longer than the \(model.trainedContextLength) the model was \
                trained for
                """)
        }
        let context = try TargetContext(
            model.target, contextLength: chunks.length, batchLength: batchLength, cacheTypes: cacheTypes,
            compute: Compute(threadCount: threads, precision: precision))
        return ChunkReader(context, bos: model.tokenizer.bos)
    }
}
