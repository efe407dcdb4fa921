package import Chat
package import Foundation
internal import LineEditing

/// Keeps a conversation in a file as it goes on, a message on a line, so that a crash loses nothing.
///
/// Each conversation has a file of its own in the folder. The newest ones are kept.
package struct Autosave {
    private let folder: URL
    private var url: URL
    /// What the file holds.
    private var written = Transcript()

    private static let kept = 50
    private static let suffix = "jsonl"

    package init(folder: URL) {
        self.folder = folder
        url = Self.newFile(in: folder)
    }

    /// The next messages belong to another conversation.
    package mutating func begin() {
        guard !written.isEmpty else { return }
        url = Self.newFile(in: folder)
        written = []
    }

    /// Brings the file up to date. A conversation without a user's message is not worth a file.
    /// - Throws: `SystemError`.
    package mutating func update(_ transcript: Transcript) throws {
        guard transcript != written, transcript.contains(where: { $0.role == .user }) || !written.isEmpty else {
            return
        }
        if !written.isEmpty, transcript.starts(with: written) {
            try PrivateFile.append(try Self.lines(transcript[written.count...]), to: url)
        } else {
            try PrivateFile.replace(url, with: try Self.lines(transcript[...]))
            if written.isEmpty { removeOldest() }
        }
        written = transcript
    }

    /// The newest conversation but this one; nil if there is none.
    package func last() -> URL? { files().last { $0 != url } }

    // MARK: - Files

    /// Names sort by time.
    private static func newFile(in folder: URL) -> URL {
        let time = Date.now.formatted(.iso8601.timeSeparator(.omitted).dateTimeSeparator(.standard))
        let name = time + String(format: "-%08x", UInt32.random(in: 0...UInt32.max))
        return folder.appendingPathComponent(name).appendingPathExtension(suffix)
    }

    private func files() -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix("." + Self.suffix) }.sorted().map { folder.appendingPathComponent($0) }
    }

    private func removeOldest() {
        for file in files().dropLast(Self.kept) { try? FileManager.default.removeItem(at: file) }
    }

    // MARK: - Lines

    private static func lines(_ messages: Transcript.SubSequence) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return try messages.map { String(decoding: try encoder.encode($0), as: UTF8.self) + "\n" }.joined()
    }

    /// A last line that was cut off does not count.
    /// - Returns: nil if these are no messages.
    static func transcript(of data: Data) -> Transcript? {
        let decoder = JSONDecoder()
        var transcript = Transcript()
        let lines = data.split(separator: UInt8(ascii: "\n"))
        for (index, line) in lines.enumerated() {
            if let message = try? decoder.decode(Message.self, from: line) {
                transcript.append(message)
            } else if index < lines.count - 1 || index == 0 {
                return nil
            }
        }
        return transcript.isEmpty ? nil : transcript
    }
}
