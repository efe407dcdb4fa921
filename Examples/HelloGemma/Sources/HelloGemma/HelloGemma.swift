import Foundation
import Gemma

/// Continues a text: `swift run -c release HelloGemma MODEL.gguf "Once upon a time"`.
@main
enum HelloGemma {
    static func main() async {
        guard CommandLine.arguments.count == 3 else { return print("usage: HelloGemma MODEL.gguf PROMPT") }
        do {
            let pair = try Pair(target: URL(fileURLWithPath: CommandLine.arguments[1]))
            let session = try Session(pair, contextLength: 1024)
            for try await piece in session.generate(CommandLine.arguments[2]) { print(piece, terminator: "") }
            print("\n\n\(session.statistics)")
        } catch {
            // An error thrown by `main` would end the program with a stack dump.
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
