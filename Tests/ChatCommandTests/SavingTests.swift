import Chat
import ChatCommand
import Foundation
import Testing

@Suite struct SavingTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chats-\(UUID())")

    private static let transcript: Transcript = [
        .system("Be brief."), .user("Weather?\nIn \"Paris\" / é"),
        Message(
            role: .assistant, content: nil, reasoning: "Hm.",
            toolCalls: [ToolCall(id: "call_1", name: "weather", arguments: #"{"city":"Paris"}"#)]),
        .tool("sunny", callID: "call_1"), .assistant("It is sunny."),
    ]

    private func withFolder(_ body: () throws -> Void) rethrows {
        defer { try? FileManager.default.removeItem(at: folder) }
        try body()
    }

    @Test func conversationsComeBack() throws {
        try withFolder {
            let url = folder.appendingPathComponent("chat.json")
            try TranscriptFile.write(Self.transcript, to: url)
            #expect(try TranscriptFile.read(url) == Self.transcript)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names == ["chat.json"])
        }
    }

    @Test func requestsAreTakenToo() throws {
        try withFolder {
            let url = folder.appendingPathComponent("request.json")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(#"{"model": "m", "messages": [{"role": "user", "content": "Hi"}]}"#.utf8).write(to: url)
            #expect(try TranscriptFile.read(url) == [.user("Hi")])
        }
    }

    @Test func otherFilesAreErrors() throws {
        try withFolder {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let url = folder.appendingPathComponent("x")
            for text in ["", "hello", "[1]", "{}", #"{"role": "user""#] {
                try Data(text.utf8).write(to: url)
                #expect(throws: TranscriptFileError.self, "\(text)") { try TranscriptFile.read(url) }
            }
            #expect(throws: TranscriptFileError.self) { try TranscriptFile.read(folder.appendingPathComponent("none")) }
        }
    }

    @Test func eachTurnIsKept() throws {
        try withFolder {
            var autosave = Autosave(folder: folder)
            for count in 0...Self.transcript.count {
                try autosave.update(Transcript(Self.transcript.prefix(count)))
            }
            // The file of another session.
            let url = try #require(Autosave(folder: folder).last())
            #expect(try TranscriptFile.read(url) == Self.transcript)
            #expect(autosave.last() == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func whatIsTakenBackGoesFromTheFile() throws {
        try withFolder {
            var autosave = Autosave(folder: folder)
            try autosave.update(Self.transcript)
            try autosave.update([.user("Other")])
            let url = try #require(Autosave(folder: folder).last())
            #expect(try TranscriptFile.read(url) == [.user("Other")])
        }
    }

    @Test func aSystemPromptAloneIsNotKept() throws {
        try withFolder {
            var autosave = Autosave(folder: folder)
            try autosave.update([.system("Be brief.")])
            #expect(Autosave(folder: folder).last() == nil)
        }
    }

    @Test func aNewConversationHasAnotherFile() throws {
        try withFolder {
            var autosave = Autosave(folder: folder)
            try autosave.update([.user("one")])
            autosave.begin()
            try autosave.update([.user("two")])
            let last = try #require(autosave.last())
            #expect(try TranscriptFile.read(last) == [.user("one")])
        }
    }

    @Test func aLineThatWasCutOffDoesNotCount() throws {
        try withFolder {
            var autosave = Autosave(folder: folder)
            try autosave.update(Self.transcript)
            let url = try #require(Autosave(folder: folder).last())
            let data = try Data(contentsOf: url)
            try data.dropLast(10).write(to: url)
            #expect(try TranscriptFile.read(url) == Transcript(Self.transcript.dropLast()))
        }
    }

    @Test func theOldestAreRemoved() throws {
        try withFolder {
            for _ in 0..<60 {
                var autosave = Autosave(folder: folder)
                try autosave.update([.user("x")])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 50)
        }
    }
}
