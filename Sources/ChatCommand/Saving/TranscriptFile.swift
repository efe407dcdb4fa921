package import Chat
package import Foundation
internal import LineEditing

/// A conversation in a file: an array of messages in OpenAI's form.
package enum TranscriptFile {
    /// Longer files are refused.
    private static let longest = 256 << 20

    /// The file is replaced as a whole; its owner alone may read it.
    /// - Throws: `SystemError`.
    package static func write(_ transcript: Transcript, to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(transcript), as: UTF8.self)
        try PrivateFile.replace(url, with: text + "\n")
    }

    /// Also takes what `Autosave` writes, and an object with an array `messages`, as requests have it.
    /// - Throws: `TranscriptFileError`.
    package static func read(_ url: URL) throws(TranscriptFileError) -> Transcript {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            data = try handle.read(upToCount: longest + 1) ?? Data()
        } catch {
            throw .cannotRead(path: url.path, reason: error.localizedDescription)
        }
        guard data.count <= longest else { throw .tooLong(path: url.path, limit: longest) }
        let decoder = JSONDecoder()
        if let transcript = try? decoder.decode(Transcript.self, from: data) { return transcript }
        if let request = try? decoder.decode(Request.self, from: data) { return request.messages }
        if let transcript = Autosave.transcript(of: data) { return transcript }
        throw .noConversation(path: url.path)
    }

    private struct Request: Decodable {
        let messages: Transcript
    }
}

package enum TranscriptFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotRead(path: String, reason: String)
    case tooLong(path: String, limit: Int)
    case noConversation(path: String)
    /// There is none to go on with.
    case nothingSaved

    package var description: String {
        switch self {
        case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
        case .tooLong(let path, let limit): "\(path) has more than \(limit) bytes"
        case .noConversation(let path): "\(path) holds no messages in OpenAI's form"
        case .nothingSaved: "no conversation has been saved yet"
        }
    }
}
