import Foundation
import LineEditing
import Testing

@Suite struct HistoryFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID())")

    private func withFile(limit: Int = 1000, _ body: (HistoryFile) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(HistoryFile(folder.appendingPathComponent("state/history"), limit: limit))
    }

    @Test func entriesComeBack() throws {
        try withFile { file in
            let entries = ["one", "two\nlines", "back\\slash \\n", "r\r\u{301}", "日本"]
            for entry in entries { try file.append(entry) }
            #expect(file.entries() == entries)
        }
    }

    @Test func onlyTheOwnerMayRead() throws {
        try withFile { file in
            try file.append("secret")
            func mode(_ url: URL) throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
            }
            #expect(try mode(file.url) == 0o600)
            #expect(try mode(file.url.deletingLastPathComponent()) == 0o700)
        }
    }

    @Test func theNewestAreKept() throws {
        try withFile(limit: 10) { file in
            for number in 0..<25 { try file.append("\(number)") }
            #expect(file.entries() == (15..<25).map { "\($0)" })
            // The file was shortened, too.
            let text = try String(contentsOf: file.url, encoding: .utf8)
            #expect(text.split(separator: "\n").count == 10)
        }
    }

    @Test func whatIsTooLongIsNotKept() throws {
        try withFile { file in
            try file.append(String(repeating: "a", count: HistoryFile.longestEntry + 1))
            try file.append("b")
            #expect(file.entries() == ["b"])
        }
    }

    @Test func aMissingOrBrokenFileHarmsNobody() throws {
        try withFile { file in
            #expect(file.entries() == [])
            try file.append("one")
            try Data([0xFF, 0xFE, 0x0A, 0x5C, 0x0A]).write(to: file.url)
            #expect(file.entries() == ["\u{FFFD}\u{FFFD}", ""])
        }
    }
}

@Suite struct StateFolderTests {
    @Test func environmentNamesIt() {
        #expect(StateFolder.url(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"])?.path == "/s/swift-gemma")
        #expect(StateFolder.url(environment: ["HOME": "/h"])?.path == "/h/.local/state/swift-gemma")
        #expect(
            StateFolder.url(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"])?.path
                == "/h/.local/state/swift-gemma")
        #expect(StateFolder.url(environment: [:]) == nil)
    }
}
