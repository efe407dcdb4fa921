public import Foundation
import Gemma4
import Speculative
import Synchronization
internal import Tokenizer

extension GemmaSession {
    /// Writes the text to a file, with the keys and values of all that has been read of it, so that another session, or
    /// another process, can continue it without reading it again.
    ///
    /// A file has about as many bytes as the text has in memory: keys and values of every position for the layers that
    /// see all of them, and of one window for the others. It can be restored with the same model file, and the same
    /// types of keys and values. It holds the text; whoever can read it can read the text.
    ///
    /// The file is complete or not there: until all is written, what was at `url` stays.
    /// - Returns: the number of tokens saved.
    /// - Throws: `GemmaError.busy` while something is computed for another caller, or `GemmaError.cannotSave` with the
    ///   path and a ``CacheFileError`` or ``TensorError``.
    @discardableResult
    public func save(to url: URL) async throws -> Int { try await save(first: .max, to: url) ?? 0 }

    /// Saves the first `count` tokens of the text, and the keys and values of all of them but the last.
    /// - Returns: the number of tokens saved; nil if what they take has been dropped, and nothing is written.
    package func save(first count: Int, to url: URL) async throws -> Int? {
        try await worker.run {
            guard let generation = slot.take() else { throw GemmaError.busy }
            defer { slot.putBack(generation) }
            let decoder = generation.decoder
            // A reset that the decoder has not been told yet.
            let length = snapshot.withLock { $0.isReset ? 0 : count }
            guard let text = decoder.savedText(first: length) else { return nil }
            do {
                try file(of: decoder).write(text, to: url)
            } catch {
                throw GemmaError.cannotSave(path: url.path, reason: error)
            }
            return text.tokens.count
        }
    }

    /// Makes a saved text the text of this session. The next response continues it, as it would have continued the
    /// text that was saved. A generation in progress ends with `GemmaError.superseded`.
    ///
    /// Other sessions of the model whose texts begin like it need not read that again either.
    /// - Returns: the number of its tokens.
    /// - Throws: `GemmaError.busy` while something is computed for another caller, or `GemmaError.cannotLoad` with the
    ///   path and a ``CacheFileError`` or ``TensorError``: the file is damaged, is of another model, has keys and
    ///   values of other types, or does not fit the context. The text then stays as it was.
    @discardableResult
    public func restore(from url: URL) async throws -> Int {
        try await worker.run {
            guard let generation = slot.take() else { throw GemmaError.busy }
            defer { slot.putBack(generation) }
            let decoder = generation.decoder
            let text: SavedText
            do {
                text = try file(of: decoder).read(url, contextLength: contextLength)
            } catch {
                throw GemmaError.cannotLoad(path: url.path, reason: error)
            }
            decoder.replaceText(with: text)
            snapshot.withLock { snapshot in
                snapshot.tokens = text.tokens
                snapshot.statistics = GenerationStatistics()
                snapshot.generation += 1
                snapshot.isReset = false
            }
            return text.tokens.count
        }
    }

    private func file(of decoder: SpeculativeDecoder) -> CacheFile {
        CacheFile(decoder.target.cache.pool, of: model.target)
    }
}
