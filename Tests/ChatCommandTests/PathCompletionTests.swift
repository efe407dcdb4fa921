import ChatCommand
import Foundation
import Testing

@Suite struct PathCompletionTests {
    @Test func pathsAreCompleted() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("paths \(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("my folder"), withIntermediateDirectories: true)
        for name in ["my notes.txt", "other.txt", ".hidden"] {
            try Data().write(to: folder.appendingPathComponent(name))
        }
        let path = folder.path
        func found(_ text: String) -> [String] { CommandCompletion.completions(of: text) }
        #expect(found("/read \(path)/my") == ["/read \(path)/my folder/", "/read \(path)/my notes.txt"])
        #expect(found("/load  \(path)/o") == ["/load  \(path)/other.txt"])
        #expect(found("/save \(path)/.") == ["/save \(path)/.hidden"])
        #expect(found("/read \(path)/").count == 3)
        #expect(found("/read \(path)/absent/") == [])
    }
}
